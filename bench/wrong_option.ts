import process from "node:process";

/** Says what is wrong with an option and ends the process with 2. */
export function wrongOption(message: string): never {
  console.error(`error: ${message}`);
  process.exit(2);
}

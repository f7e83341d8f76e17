// Reads the weights file named on the command line in a process of its own,
// and prints what it was refused with, how long that took and the most memory
// that the process has had.
import { readFile } from "node:fs/promises";
import process from "node:process";
import { readWeights } from "../../../src/data/weights/read_weights.ts";

await readWeights("no/such.pth")(); // what the first call loads is not counted
const before = process.cpuUsage();
const outcome = await readWeights(process.argv[2]!)();
const { user, system } = process.cpuUsage(before);
const status = await readFile("/proc/self/status", "utf8").catch(() => "");
console.log(JSON.stringify({
  message: outcome._tag === "Left" ? outcome.left.message : "read",
  // Time of the processor, since the machine may be busy with other things.
  ms: (user + system) / 1000,
  peakKb: Number(status.match(/VmHWM:\s*(\d+)/)?.[1] ?? 0),
}));

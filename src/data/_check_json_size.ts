import { refuse } from "./_refusal.ts";

/** Objects, lists and members of a JSON text: enough for 40,000 tensors. */
const MAX_PARTS = 400_000;

/**
 * Gives up on a JSON text of more parts than any real one has, before they
 * become a hundred times as many bytes.
 */
export function checkJsonSize(
  json: Uint8Array,
  field: string,
  file: string,
): void {
  let parts = 0;
  for (let i = 0; i < json.length; i++) {
    const byte = json[i];
    // Those inside of strings count too, which names of tensors have few of.
    if (byte === 0x2c || byte === 0x5b || byte === 0x7b) parts++;
  }
  if (parts > MAX_PARTS) {
    refuse(file, field, `at most ${MAX_PARTS} parts of JSON`, `${parts}`);
  }
}

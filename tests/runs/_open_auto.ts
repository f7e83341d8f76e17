// Opens the backend `auto` where WebGPU's adapter says nothing about itself.
import { createBackend } from "../../src/runs/create_backend.ts";

const gpu = { requestAdapter: () => Promise.resolve({}) };
Object.defineProperty(navigator, "gpu", { value: gpu });

const outcome = await createBackend("auto")();
console.log(outcome._tag === "Right" ? outcome.right.name : outcome.left);

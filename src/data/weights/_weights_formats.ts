/** What is read as weights, for messages. */
export const WEIGHTS_FORMATS =
  "safetensors, its *.index.json or a PyTorch checkpoint (.pth, .pt, .bin)";

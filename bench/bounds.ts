/** Largest ratio to PyTorch's time that a case should have. */
export const BOUNDS: Readonly<Record<string, number>> = {
  "resnet18-step": 0.9,
  "resnet50-step": 0.8,
  "resnet50-locate": 0.65,
  "vits16-step": 1,
  "vitb16-locate": 1,
  "command": 0.5,
  "queries-20": 1,
  "memory": 1.2,
  "epoch-plain": 1.05,
  "epoch-groups": 1.05,
};

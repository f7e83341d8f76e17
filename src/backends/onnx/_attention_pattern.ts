import type { Backend } from "../backend.ts";
import type { OnnxTensor, OperationName, OperationNode } from "./graph.ts";
import type { GraphPlan } from "./lowering.ts";
import type { Pattern } from "./_pattern.ts";
import { gradientTemplates, matchTemplate, recorder } from "./_template.ts";

/** Self-attention of a batch, `[B, N, C]`. */
interface Geometry {
  readonly batch: number;
  readonly tokens: number;
  readonly channels: number;
  readonly heads: number;
}

/** What an attention and its gradient look like where they are recorded. */
interface Templates {
  readonly qkv: OnnxTensor;
  readonly dy: OnnxTensor;
  readonly result: OnnxTensor;
  readonly gradient: OnnxTensor;
}

/** An attention that was found. */
interface Attention {
  readonly heads: number;
  readonly qkv: OnnxTensor;
}

/** Self-attention and its gradient, as they are recorded in `plan`. */
export function attentionPatterns(plan: GraphPlan): readonly Pattern[] {
  const templatesOf = templatesByGeometry();
  const attentions = new Map<OnnxTensor, Attention>();
  for (const node of plan.operations) {
    const found = attentionOf(plan, node, templatesOf);
    if (found !== undefined) attentions.set(node, found);
  }
  const resultOf = ({ heads, qkv }: Attention): OnnxTensor | undefined =>
    [...attentions].find(([, each]) => each.heads === heads && each.qkv === qkv)
      ?.[0];

  const result: Pattern = (_, node) => {
    const found = attentions.get(node);
    return found && {
      kind: "operation",
      operation: "attention",
      inputs: [found.qkv],
      attributes: { heads: found.heads },
      shape: node.shape,
    };
  };
  const gradient: Pattern = (plan, node) => {
    const heads = node.operation === "add" ? headsOf(plan, node) : undefined;
    if (heads === undefined) return undefined;
    const [batch = 0, tokens = 0, width = 0] = node.shape;
    const templates = templatesOf({
      batch,
      tokens,
      channels: width / 3,
      heads,
    });
    const bound = matchTemplate(plan, node, {
      template: templates.gradient,
      holes: [templates.qkv, templates.dy],
    });
    if (bound === undefined) return undefined;
    const qkv = bound.get(templates.qkv)!;
    const y = resultOf({ heads, qkv });
    return y && {
      kind: "operation",
      operation: "attentionGrad",
      inputs: [qkv, y, bound.get(templates.dy)!],
      attributes: { heads },
      shape: node.shape,
    };
  };
  return [result, gradient];
}

/** The attention that `node` is the result of, unless its weights are wanted too. */
function attentionOf(
  plan: GraphPlan,
  node: OperationNode,
  templatesOf: (geometry: Geometry) => Templates,
): Attention | undefined {
  const weights = behind(plan, node, ["reshape", "transpose", "matMul"]);
  if (weights?.operation !== "softmax" || plan.outputs.includes(weights)) {
    return undefined;
  }
  if (node.shape.length !== 3 || weights.shape.length !== 4) return undefined;
  const [batch = 0, tokens = 0, channels = 0] = node.shape;
  const [, heads = 0] = weights.shape;
  if (channels % heads !== 0) return undefined;
  const { qkv, result } = templatesOf({ batch, tokens, channels, heads });
  const bound = matchTemplate(plan, node, { template: result, holes: [qkv] });
  return bound && { heads, qkv: bound.get(qkv)! };
}

/** Heads of `node` where it may be the gradient by queries, keys and values: a padded part of it is joined heads. */
function headsOf(plan: GraphPlan, node: OperationNode): number | undefined {
  const [batch, tokens, width = 0] = node.shape;
  for (const input of node.inputs) {
    const part = plan.canonical(input);
    if (part.kind !== "operation") continue;
    const joined = behind(plan, part, ["pad", "reshape"]);
    if (joined?.operation !== "transpose" || joined.shape.length !== 4) {
      continue;
    }
    const [b, n, heads = 0, perHead = 0] = joined.shape;
    if (b === batch && n === tokens && 3 * heads * perHead === width) {
      return heads;
    }
  }
  return undefined;
}

/** Follows first operands from `node` along `chain`, to the operation that the last one reads. */
function behind(
  plan: GraphPlan,
  node: OperationNode,
  chain: readonly OperationName[],
): OperationNode | undefined {
  let at = node;
  for (const operation of chain) {
    if (at.operation !== operation) return undefined;
    const next = plan.canonical(at.inputs[0]!);
    if (next.kind !== "operation") return undefined;
    at = next;
  }
  return at;
}

/** Records each pair of templates once. */
function templatesByGeometry(): (geometry: Geometry) => Templates {
  const known = new Map<string, Templates>();
  return (geometry) => {
    const key = JSON.stringify(geometry);
    const templates = known.get(key) ?? templatesFor(geometry);
    known.set(key, templates);
    return templates;
  };
}

function templatesFor(geometry: Geometry): Templates {
  const { batch, tokens, channels } = geometry;
  const leaf = (...shape: number[]): OnnxTensor => ({ kind: "tensor", shape });
  const qkv = leaf(batch, tokens, 3 * channels);
  const dy = leaf(batch, tokens, channels);
  const f = <T>(backend: Backend<T>, x: T): T =>
    attention(backend, x, geometry);
  const [gradient] = gradientTemplates((be, x) => f(be, x!), [qkv], dy);
  return { qkv, dy, result: f(recorder, qkv), gradient: gradient! };
}

/** `softmax(q k^T / sqrt(d)) v` of every head, joined. */
function attention<T>(
  backend: Backend<T>,
  qkv: T,
  { batch, tokens, channels, heads }: Geometry,
): T {
  const perHead = channels / heads;
  const part = (index: number): T =>
    backend.transpose(
      backend.reshape(
        backend.slice(qkv, [0, 0, index * channels], [batch, tokens, channels]),
        [batch, tokens, heads, perHead],
      ),
      [0, 2, 1, 3],
    );
  const query = backend.mul(part(0), 1 / Math.sqrt(perHead));
  const logits = backend.matMul(query, part(1), { transposeB: true });
  const mixed = backend.matMul(backend.softmax(logits), part(2));
  return backend.reshape(
    backend.transpose(mixed, [0, 2, 1, 3]),
    [batch, tokens, channels],
  );
}

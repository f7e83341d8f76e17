/** The success; a failure is told and ends the process with 1. */
export function right<A>(
  result: { _tag: "Right"; right: A } | {
    _tag: "Left";
    left: { readonly message: string };
  },
): A {
  if (result._tag === "Right") return result.right;
  console.error(result.left.message);
  Deno.exit(1);
}

/** The success, or an end of the process. */
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

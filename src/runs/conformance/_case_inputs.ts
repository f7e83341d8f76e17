type Named<A> = Readonly<Record<string, A>>;

/** Inputs of a case in the hands of its program; what nobody reads is an error. */
export interface CaseInputs {
  /** `values` by the names of the inputs, noting which of them are read. */
  watch<A>(values: Named<A>): Named<A>;
  /** Names of inputs that were never read. */
  unread(): readonly string[];
}

/** Watches the inputs of these names; listing them is not reading them. */
export function caseInputs(names: readonly string[]): CaseInputs {
  const unread = new Set(names);
  return {
    watch: (values) =>
      lazy(
        Object.keys(values).map((name) => [name, () => {
          unread.delete(name);
          return values[name]!;
        }]),
      ),
    unread: () => [...unread],
  };
}

/**
 * The values whose name starts with `prefix`, without it, each looked up when
 * it is read: a plain copy would read them all.
 */
export function under<A>(values: Named<A>, prefix: string): Named<A> {
  return lazy(
    Object.keys(values)
      .filter((name) => name.startsWith(prefix))
      .map((name) => [name.slice(prefix.length), () => values[name]!]),
  );
}

function lazy<A>(
  entries: readonly (readonly [name: string, get: () => A])[],
): Named<A> {
  const properties = entries.map(([name, get]) =>
    [name, { enumerable: true, get }] as const
  );
  return Object.defineProperties({}, Object.fromEntries(properties));
}

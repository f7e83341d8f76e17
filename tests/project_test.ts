// What holds for the project as a whole: where imports point, what an entry
// point loads, and that all of it is documented and fit for a browser.
import { deepStrictEqual, equal, match } from "node:assert/strict";
import { Buffer } from "node:buffer";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import core from "../deno.json" with { type: "json" };
import examples from "../examples/deno.json" with { type: "json" };

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const ENTRY_POINTS = Object.values(core.exports);
const EXAMPLES = Object.values(examples.exports)
  .map((file) => join("examples", file));

/** One `import` or `export … from` of a module. */
interface Import {
  readonly file: string;
  readonly specifier: string;
  /** Whether only types come in. */
  readonly type: boolean;
  /** Whether it is an `import()` inside a function. */
  readonly dynamic: boolean;
}

const IMPORT =
  /^(?:import|export)\s+(?<type>type\s)?(?:[^"';]*?\sfrom\s+)?"(?<from>[^"]+)"|\bimport\((?:"(?<called>[^"]+)"|(?<computed>[^")]*))\)/gm;

/** Comments hold examples, whose imports are not the module's. */
const COMMENT = /^\s*(?:\/\*\*[^]*?\*\/|\/\/.*$)/gm;

async function importsOf(file: string): Promise<readonly Import[]> {
  const text = (await readFile(join(ROOT, file), "utf8")).replace(COMMENT, "");
  return [...text.matchAll(IMPORT)].map(({ groups = {} }) => ({
    file,
    specifier: groups["from"] ?? groups["called"] ?? groups["computed"] ?? "",
    type: groups["type"] !== undefined,
    dynamic: groups["from"] === undefined,
  }));
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(ROOT, folder), { recursive: true });
  return entries.filter((name) => name.endsWith(".ts"))
    .map((name) => join(folder, name));
}

const sources = await filesIn("src");
const everything = [
  "mod.ts",
  ...sources,
  ...(await Promise.all(["examples", "tests", "bench", "docs"].map(filesIn)))
    .flat(),
];

/** The file an import names, from the root; none where it is a package. */
function target({ file, specifier }: Import): string | undefined {
  return specifier.startsWith(".") ? join(file, "..", specifier) : undefined;
}

/** Runs this Deno; its output, or an error with all it said. */
async function deno(...args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const said = Buffer.from(stdout).toString();
  if (success) return said;
  throw new Error(`deno ${args.join(" ")}\n${Buffer.from(stderr)}${said}`);
}

/** Packages and files that loading a module brings in. */
interface ModuleGraph {
  readonly packages: readonly string[];
  readonly specifiers: readonly string[];
}

async function graphOf(file: string): Promise<ModuleGraph> {
  const { modules } = JSON.parse(await deno("info", "--json", file)) as {
    readonly modules: readonly {
      readonly npmPackage?: string;
      readonly specifier: string;
    }[];
  };
  return {
    packages: modules.flatMap(({ npmPackage }) => npmPackage ?? []),
    specifiers: modules.map(({ specifier }) => specifier),
  };
}

Deno.test("mod.ts loads no package but fp-ts, now or later", async () => {
  const { packages, specifiers } = await graphOf("mod.ts");
  const others = packages.filter((name) => !name.startsWith("fp-ts@"));
  deepStrictEqual(others, []);
  deepStrictEqual(specifiers.filter((s) => !s.startsWith("file:")), []);
});

Deno.test("entry points load no Node.js module before they need one", async () => {
  const seen = new Set<string>();
  const visit = async (file: string): Promise<readonly string[]> => {
    if (seen.has(file)) return [];
    seen.add(file);
    const loaded = (await importsOf(file)).filter((i) => !i.type && !i.dynamic);
    const deeper = await Promise.all(
      loaded.map((each) => target(each)).filter((path) => path !== undefined)
        .map(visit),
    );
    const node = loaded.filter(({ specifier }) => specifier.startsWith("node:"))
      .map(({ specifier }) => `${file} imports ${specifier}`);
    return [...node, ...deeper.flat()];
  };
  const found = await Promise.all(ENTRY_POINTS.map((f) => visit(join(f))));
  deepStrictEqual(found.flat(), []);
});

Deno.test("every import is a file, a name of deno.json or a Node.js module", async () => {
  const names = Object.keys(core.imports);
  const own = Object.keys(core.exports).map((name) =>
    name.replace(".", "@simsc/core")
  );
  const known = (specifier: string): boolean =>
    /^(\.|node:)/.test(specifier) || own.includes(specifier) ||
    names.some((name) =>
      specifier === name || specifier.startsWith(`${name}/`)
    );
  const all = (await Promise.all(everything.map(importsOf))).flat();
  const strangers = all.filter(({ specifier, dynamic, file }) =>
    // Outside src, what is loaded may be computed: a user's own module.
    !known(specifier) && (!dynamic || file.startsWith("src"))
  );
  deepStrictEqual(strangers, []);
  for (const [name, from] of Object.entries(core.imports)) {
    match(from, /^npm:(@[\w.-]+\/)?[\w.-]+@\d+\.\d+\.\d+(\/[\w./-]+)?$/, name);
  }
});

/** Folders, and what each may import of the others; the package's own order. */
const MAY_IMPORT: Readonly<Record<string, readonly RegExp[]>> = {
  "src/core": [/^src\/core\//, /^src\/backends\/backend\.ts$/],
  "src/nn": [/^src\/(nn|core)\//, /^src\/backends\/backend\.ts$/],
  "src/data": [/^src\/data\//, /^src\/core\/(result|errors|point)\.ts$/],
  "src/backends": [/^src\/backends\//, /^src\/core\/(result|errors)\.ts$/],
  "src/runs": [/^src\//],
};

Deno.test("imports point one way", async () => {
  const all = (await Promise.all(sources.map(importsOf))).flat();
  const wrong = all.filter((each) => {
    const path = target(each);
    if (path === undefined) return false;
    const folder = each.file.split("/").slice(0, 2).join("/");
    return !MAY_IMPORT[folder]?.some((rule) => rule.test(path));
  });
  deepStrictEqual(wrong, []);
});

Deno.test("a file with a leading underscore is for its folder and those in it", async () => {
  const all = (await Promise.all(everything.map(importsOf))).flat();
  const wrong = all.filter((each) => {
    const [, room, rest] = target(each)?.match(/^(src\/\w+)(.*\/)_\w+\.ts$/) ??
      [];
    if (room === undefined) return false;
    // Tests and benches lie by room of src, not by its folders.
    const [from, folder] = each.file.startsWith("src/")
      ? [each.file, `${room}${rest}`]
      : [each.file.replace(/^(tests|bench)\//, "src/"), `${room}/`];
    return !from.startsWith(folder);
  });
  deepStrictEqual(wrong, []);
});

Deno.test("the doc of a module stands before all else in its file", async () => {
  const texts = await Promise.all(
    sources.map((file) => readFile(join(ROOT, file), "utf8")),
  );
  const wrong = sources.filter((_, i) =>
    /^ \* @module$/m.test(texts[i]!) && !texts[i]!.startsWith("/**")
  );
  deepStrictEqual(wrong, []);
});

Deno.test("only its own backend imports a runtime's package", async () => {
  const homes: Readonly<Record<string, RegExp>> = {
    "@tensorflow/": /^src\/backends\/_?tfjs/,
    "onnxruntime-": /^src\/backends\/onnx\//,
    "onnx-proto": /^src\/backends\/onnx\//,
  };
  const all = (await Promise.all(sources.map(importsOf))).flat();
  const wrong = all.filter(({ file, specifier }) =>
    Object.entries(homes).some(([name, home]) =>
      specifier.startsWith(name) && !home.test(file)
    )
  );
  deepStrictEqual(wrong, []);
});

Deno.test("each entry point has a module doc, and documents every export", async (t) => {
  for (const file of [...ENTRY_POINTS, ...EXAMPLES]) {
    await t.step(file, async () => {
      await deno("doc", "--lint", file);
      const text = await readFile(join(ROOT, file), "utf8");
      match(text, /^\/\*\*[^]*?@module[^]*?\*\//, "a module doc comes first");
    });
  }
});

Deno.test("each entry point type-checks for browsers", async () => {
  const folder = await mkdtemp(join(tmpdir(), "browser-"));
  const config = join(folder, "deno.json");
  const { imports, compilerOptions } = core;
  const lib = ["esnext", "dom", "dom.iterable", "dom.asynciterable"];
  await writeFile(
    config,
    JSON.stringify({
      imports,
      compilerOptions: { ...compilerOptions, lib },
      nodeModulesDir: "none",
    }),
  );
  try {
    await deno("check", "--config", config, "--no-lock", ...ENTRY_POINTS);
  } finally {
    await rm(folder, { recursive: true });
  }
});

Deno.test("both packages have the same version", () => {
  equal(examples.version, core.version);
});

// Bundles the extension into dist/extension.js; with --tests the unit tests
// into out/test, with --watch again on every change.
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));

const shared = {
  bundle: true,
  platform: "node",
  target: "node20",
  format: "cjs",
  logLevel: "warning",
};

const extension = {
  ...shared,
  entryPoints: ["src/extension.ts"],
  outfile: "dist/extension.js",
  external: ["vscode"],
  minify: true,
  metafile: true,
};

/** Writes the licences of the packages that are in the bundle beside it. */
function writeNotices({ inputs }) {
  const folders = Object.keys(inputs).flatMap(
    (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [],
  );
  const notices = [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)/i.test(entry));
    const text =
      file && existsSync(`${folder}/${file}`) ? readFileSync(`${folder}/${file}`, "utf8").trim() : "";
    return `${name} ${version} (${license})\n\n${text}\n`;
  });
  writeFileSync("dist/THIRD-PARTY-NOTICES.txt", notices.join(`\n${"-".repeat(72)}\n\n`));
}

const tests = {
  ...shared,
  entryPoints: readdirSync("test")
    .filter((name) => name.endsWith(".test.ts"))
    .map((name) => `test/${name}`),
  outdir: "out/test",
  packages: "external",
  sourcemap: "inline",
};

if (process.argv.includes("--tests")) {
  rmSync("out/test", { recursive: true, force: true });
  await build(tests);
} else if (process.argv.includes("--watch")) {
  await (await context({ ...extension, minify: false, sourcemap: true })).watch();
} else {
  rmSync("dist", { recursive: true, force: true });
  const { metafile } = await build(extension);
  writeNotices(metafile);
}

// Packs the built extension into a .vsix:
//   node scripts/package.mjs [--binary PATH [--target linux-x64]] [--out FILE]
// With --binary the server goes into the package, which is then for that
// platform only. What is packed is collected in a temporary folder, so that
// nothing but it can get into the package.
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createVSIX } from "@vscode/vsce";

const folder = fileURLToPath(new URL("..", import.meta.url));
const repository = resolve(folder, "../..");
const { values } = parseArgs({
  options: { binary: { type: "string" }, target: { type: "string" }, out: { type: "string" } },
});

const parts = ["package.json", "README.md", "language-configuration.json", "dist", "media", "syntaxes"];
if (!existsSync(join(folder, "dist/extension.js"))) {
  throw new Error("packaging: dist/extension.js is not there; run npm run build first");
}

const out = resolve(
  values.out ?? join(folder, values.target ? `vault-lsp-${values.target}.vsix` : "vault-lsp.vsix"),
);
const staging = mkdtempSync(join(tmpdir(), "vault-lsp-vsix-"));
try {
  for (const part of parts) {
    cpSync(join(folder, part), join(staging, part), { recursive: true });
  }
  for (const part of ["LICENSE", "CHANGELOG.md"]) {
    cpSync(join(repository, part), join(staging, part));
  }
  if (values.binary) {
    const name = basename(values.binary).endsWith(".exe") ? "vault-lsp.exe" : "vault-lsp";
    mkdirSync(join(staging, "bin"));
    cpSync(resolve(values.binary), join(staging, "bin", name));
    chmodSync(join(staging, "bin", name), 0o755);
  }
  await createVSIX({
    cwd: staging,
    packagePath: out,
    dependencies: false,
    ...(values.target ? { target: values.target } : {}),
  });
} finally {
  rmSync(staging, { recursive: true, force: true });
}

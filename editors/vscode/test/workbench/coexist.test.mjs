// Beside another extension that has the language of request files: both live,
// and the other one keeps its grammar. A stand-in that contributes what REST
// Client does takes its place, because the marketplace is out of reach.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createVSIX } from "@vscode/vsce";
import { packExtension, partsOf, startEditor, temporaryHome } from "./parts.mjs";
import { openWorkbench } from "./workbench.mjs";

async function packStandIn(home) {
  const language = { id: "http", aliases: ["HTTP"], extensions: [".http", ".rest"] };
  const grammar = { language: "http", scopeName: "source.http", path: "./http.json" };
  home.write("stand-in/package.json", {
    name: "rest-client",
    displayName: "REST Client",
    publisher: "humao",
    version: "0.25.1",
    license: "MIT",
    engines: { vscode: "^1.91.0" },
    contributes: { languages: [language], grammars: [grammar] },
  });
  home.write("stand-in/http.json", {
    scopeName: "source.http",
    patterns: [{ match: "^###.*$", name: "comment.line.http" }],
  });
  home.write("stand-in/README.md", "Contributes the language of request files.");
  home.write("stand-in/LICENSE", "MIT");
  const cwd = join(home.folder, "stand-in");
  const packagePath = join(home.folder, "rest-client.vsix");
  await createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true });
  return packagePath;
}

test("beside REST Client", { timeout: 15 * 60_000 }, async (context) => {
  const parts = partsOf(context);
  if (!parts) {
    return;
  }
  const cleanups = [];
  try {
    const home = temporaryHome();
    cleanups.unshift(home.remove);
    const vsix = [await packStandIn(home), await packExtension(parts.BIN, home.folder)];
    const workspace = join(home.folder, "workspace");
    mkdirSync(workspace);
    home.write("workspace/a.http", "### One\nGET http://127.0.0.1:9/\nX-Key: {{$vault path=a key=b}}\n");
    const editor = await startEditor(parts.CODE_SERVER, home, vsix, workspace);
    cleanups.unshift(editor.stop);
    const bench = await openWorkbench(parts, editor.address, join(home.folder, "browser"));
    cleanups.unshift(() => bench.close());

    await bench.openFile("a.http");
    const language = bench.page.locator('.statusbar-item[id="status.editor.mode"]');
    const toast = bench.page.locator(".notification-toast", { hasText: "REST Client shows a send lens" });
    await toast.waitFor();
    assert.equal((await language.innerText()).trim(), "HTTP");
    await bench.picture("beside-rest-client");
    await toast.getByRole("button", { name: "Hide Vault LSP's" }).click();
    await bench.lens("Send").waitFor({ state: "detached" });
    await bench.picture("beside-rest-client-hidden");
  } finally {
    for (const cleanup of cleanups) {
      await cleanup();
    }
  }
});

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-languageserver-protocol/node";
import manifest from "../package.json";
import { languages } from "../src/languages";
import { commandNames, type Provider } from "../src/protocol";
import { ownSettingKeys, serverSettingKeys } from "../src/settings";
import { required } from "./part";

const properties: Record<
  string,
  { type: string | string[]; default: unknown; enum?: string[]; scope: string }
> = manifest.contributes.configuration.properties;

interface Initialized {
  capabilities: { executeCommandProvider: { commands: string[] } };
  serverInfo: { name: string };
}

test("the commands of the running server are the ones this extension knows", async (context) => {
  const program = required(context, "VAULT_LSP_BIN");
  if (!program) {
    return;
  }
  const home = mkdtempSync(join(tmpdir(), "vault-lsp-contract-"));
  const child = spawn(program, ["serve"], {
    env: { HOME: home, XDG_CONFIG_HOME: home, XDG_STATE_HOME: home, XDG_DATA_HOME: home },
  });
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  try {
    connection.listen();
    const answer: Initialized = await connection.sendRequest("initialize", {
      processId: null,
      rootUri: null,
      capabilities: {},
    });
    assert.equal(answer.serverInfo.name, "vault-lsp");
    assert.deepEqual(
      [...answer.capabilities.executeCommandProvider.commands].sort(),
      [...commandNames].sort(),
    );
    await connection.sendNotification("initialized", {});
    const providers: Provider[] = await connection.sendRequest("workspace/executeCommand", {
      command: "vault-lsp.listProviders",
      arguments: [{}],
    });
    checkProviders(providers);
    await connection.sendRequest("shutdown");
    await connection.sendNotification("exit");
  } finally {
    connection.dispose();
    child.kill();
    rmSync(home, { recursive: true, force: true });
  }
});

function checkProviders(providers: Provider[]): void {
  const names = providers.map(({ name }) => name).join("|");
  for (const grammar of ["reference", "expression"]) {
    const text = readFileSync(`syntaxes/${grammar}.tmLanguage.json`, "utf8");
    assert.equal(/aws\|[a-z|]*/.exec(text)?.[0], names, `the providers in the grammar ${grammar}`);
  }
  for (const provider of providers) {
    assert.ok(provider.label && provider.forms.length > 0, provider.name);
    for (const name of provider.forms.flat()) {
      assert.ok(
        provider.fields.some((field) => field.name === name && field.required),
        `${provider.name}.${name}`,
      );
    }
  }
}

test("the settings are those of the server's table, and the extension's own", () => {
  const table = readFileSync("../../docs/settings.md", "utf8");
  const rows = [...table.matchAll(/^\| `vaultLsp\.([\w.]+)` \| (.+?) \| (.+?) \|/gm)];
  assert.deepEqual(rows.map((row) => row[1]).sort(), [...serverSettingKeys].sort());
  assert.deepEqual(
    Object.keys(properties).sort(),
    [...serverSettingKeys, ...ownSettingKeys].map((key) => `vaultLsp.${key}`).sort(),
  );
  for (const [, key = "", type = "", initial = ""] of rows) {
    const property = properties[`vaultLsp.${key}`];
    assert.ok(property);
    const values = [...type.matchAll(/`([^`]+)`/g)].map((value) => value[1]);
    assert.deepEqual(property.enum ?? [], values, key);
    if (!initial.includes("configuration file")) {
      assert.equal(JSON.stringify(property.default), initial, key);
    } else {
      assert.equal(property.default, null, key);
    }
  }
});

test("every command of package.json is registered, and menus name only commands that there are", () => {
  const table = readFileSync("src/commands/index.ts", "utf8");
  const registered = [...table.matchAll(/^ {2}"(vaultLsp\.[\w.]+)":/gm)].map((match) => match[1]);
  const declared = manifest.contributes.commands.map(({ command }) => command);
  assert.deepEqual([...declared].sort(), [...registered].sort());
  for (const [menu, items] of Object.entries(manifest.contributes.menus)) {
    for (const item of items) {
      assert.ok("submenu" in item || declared.includes(item.command), menu);
    }
  }
});

test("untrusted workspaces are limited, and no folder can choose the server's program", () => {
  assert.equal(properties["vaultLsp.serverPath"]?.scope, "machine");
  // How long secrets are kept is not for a cloned folder's settings to say.
  assert.equal(properties["vaultLsp.cache.ttl"]?.scope, "machine");
  assert.equal(properties["vaultLsp.cache.maxEntries"]?.scope, "machine");
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, "limited");
  assert.deepEqual(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations, [
    "vaultLsp.serverPath",
  ]);
  assert.equal(manifest.capabilities.virtualWorkspaces, false);
});

test("every language of request files activates the extension", () => {
  assert.deepEqual(
    manifest.activationEvents,
    languages.map((language) => `onLanguage:${language}`),
  );
});

test("no grammar of ours is given to a language that other extensions have", () => {
  const owned = manifest.contributes.grammars.flatMap((grammar) =>
    "language" in grammar ? [grammar.language] : [],
  );
  assert.deepEqual(owned, ["vault-http"]);
});

test("the lock file names no host that packages came from", () => {
  assert.equal(
    /"resolved"|https?:\/\/(?!(?:www\.)?(?:github\.com|opencollective\.com|paypal|patreon|tidelift|feross))[^"]*\.tgz/.test(
      readFileSync("package-lock.json", "utf8"),
    ),
    false,
  );
});

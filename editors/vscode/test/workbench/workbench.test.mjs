// The main job in the real workbench: a secret of a real Vault, completed by
// name, sent, and masked in what comes back.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  packExtension,
  partsOf,
  programsIn,
  startEcho,
  startEditor,
  startKeyring,
  startVault,
  temporaryHome,
  until,
} from "./parts.mjs";
import {
  cacheScenario,
  curlScenario,
  destinationScenario,
  diagnosticsScenario,
  permissionScenario,
  promptFile,
  promptScenario,
  sendAllScenario,
} from "./commands.mjs";
import { addScenario, manageScenario, removeScenario, userScenario } from "./credentials.mjs";
import { startForeignHost } from "./foreign.mjs";
import { deviceCodeScenario, officeFile, signInOnSendScenario, startOffice } from "./signin.mjs";
import { openWorkbench } from "./workbench.mjs";

const vaultSecret = "vs-marker-7f3a91c2d4";
const localSecret = "local-marker-55e0b7aa13";
const passphrase = "open sesame of the workbench";

function requestFile(origin) {
  return `### Show an order
# @name order
GET ${origin}/orders/7?expand=items
Accept: application/json
Authorization: Bearer

### Pay it
@currency = EUR
POST ${origin}/payments
Content-Type: application/json
X-Api-Key: KEY

{ "amount": 12.5, "currency": "{{currency}}" }

### Wait
GET ${origin}/slow
`;
}

function foreignFile(origin) {
  return `### First
GET ${origin}/first
X-Api-Key: {{$vault path=app/payments key=api_key}}

### Second
GET ${origin}/second
`;
}

test("the extension in a real workbench", { timeout: 15 * 60_000 }, async (context) => {
  const parts = partsOf(context);
  if (!parts) {
    return;
  }
  const cleanups = [];
  const later = (cleanup) => cleanups.unshift(cleanup);
  try {
    const home = temporaryHome();
    later(home.remove);
    const [vault, echo, foreign, vsix] = await Promise.all([
      startVault(parts.VAULTD),
      startEcho(),
      startForeignHost("api.example.com", home.folder),
      packExtension(parts.BIN, home.folder),
    ]);
    later(vault.stop);
    later(echo.stop);
    later(foreign.stop);
    const office = await startOffice(parts, home.folder);
    later(office.stop);
    // The server believes this certificate authority and no other.
    home.env.SSL_CERT_FILE = foreign.certificate;
    await vault.put("app/payments", { api_key: vaultSecret, owner: "billing" });
    await vault.put("app/search", { api_key: "another" });

    home.write("config/vault-lsp/config.json", {
      defaults: { vault: "dev" },
      proxy: foreign.proxy,
      credentials: {
        dev: {
          provider: "vault",
          auth: "token",
          address: vault.address,
          token: { file: home.write("token", vault.token) },
        },
        alice: office.profile,
        // The variable is set for the command line below only: the editor has to ask.
        box: { provider: "local", auth: "passphrase", passphrase: { env: "WORKBENCH_PASSPHRASE" } },
      },
    });
    execFileSync(parts.BIN, ["secret", "set", "stripe-key", "--credential", "box"], {
      env: { ...home.env, WORKBENCH_PASSPHRASE: passphrase },
      input: localSecret,
    });

    const keyring = await startKeyring(home.env);
    later(keyring.stop);
    home.env.DBUS_SESSION_BUS_ADDRESS = keyring.address;

    const workspace = join(home.folder, "workspace");
    mkdirSync(workspace);
    home.write("workspace/orders.http", requestFile(echo.origin));
    home.write("workspace/prompt.http", promptFile(echo.origin));
    home.write("workspace/office.http", officeFile(echo.origin, office.secretId));
    home.write("workspace/foreign.http", foreignFile(foreign.origin));
    home.write("workspace/http-client.env.json", { dev: { region: "eu" }, prod: { region: "us" } });
    const editor = await startEditor(parts.CODE_SERVER, home, [vsix], workspace);
    later(editor.stop);
    const bench = await openWorkbench(parts, editor.address, join(home.folder, "browser"));
    later(() => bench.close());

    const step = async (name, run) =>
      context.test(name, async () => {
        try {
          await run();
        } catch (error) {
          await bench.picture(`failed-${name.replaceAll(/\W+/g, "-")}`);
          throw error;
        }
      });
    await step("completes a reference and sends it masked", () => vaultScenario(bench, echo));
    await step("inserts a local secret by the context menu", () => localScenario(bench, echo));
    await step("shows the environment and selects another", () => environmentScenario(bench));
    await step("opens the form by code action", () => codeActionScenario(bench));
    await step("adds a credential", () => addScenario(bench, vault, home));
    await step("adds a user whose password is in a file", () => userScenario(bench, vault, home));
    await step("manages and edits credentials", () => manageScenario(bench, vault, home));
    await step("removes a credential", () => removeScenario(bench, home));
    await step("asks in a dialog before it reveals", () => revealScenario(bench));
    await step("asks before a secret goes to another host", () =>
      destinationScenario(bench, foreign, vaultSecret),
    );
    await step("shows and revokes permissions", () => permissionScenario(bench));
    await step("shows, resets and limits the cache", () => cacheScenario(bench));
    await step("copies as cURL", () => curlScenario(bench, vaultSecret));
    await step("sends all requests", () => sendAllScenario(bench, foreign, vaultSecret));
    await step("asks what a request prompts for", () => promptScenario(bench, echo));
    await step("shows what is wrong as one types", () => diagnosticsScenario(bench));
    await step("signs in with a device code", () => deviceCodeScenario(bench, office));
    await step("asks to sign in when a send needs it", () => signInOnSendScenario(bench, office, echo));
    await step("cancels a send", () => cancelScenario(bench, echo));
    await step("starts a crashed server again", () => crashScenario(bench, echo, home));
    await step("the server ends with a killed editor", () => killScenario(bench, echo, editor, home));
  } finally {
    for (const cleanup of cleanups) {
      await cleanup();
    }
  }
});

async function vaultScenario(bench, echo) {
  const { keyboard } = bench.page;
  await bench.openFile("orders.http");
  await bench.picture("file");
  await bench.cursorAfter("Authorization: Bearer");
  await keyboard.type(" {{$", { delay: 60 });
  await bench.page.locator(".suggest-widget.visible .monaco-list-row").first().waitFor();
  await bench.picture("providers");
  await bench.complete("$vault");
  await bench.complete("app/");
  await bench.picture("paths");
  await bench.complete("app/payments");
  await keyboard.type(" ", { delay: 60 });
  await bench.complete("key");
  await bench.complete("api_key");
  await bench.line(/^Authorization: Bearer \{\{\$vault path=app\/payments key=api_key\s*\}\}$/);
  await bench.picture("completed");
  // The help for the fields would lie over the response.
  await keyboard.press("Escape");
  await keyboard.press("Escape");

  await (await bench.firstSend(3)).click();
  const response = await bench.response();
  await response.getByText("200 OK").waitFor();
  await response.locator(".mask").first().waitFor();
  await bench.picture("response");

  assert.equal(echo.received.length, 1);
  assert.equal(echo.received[0].headers.authorization, `Bearer ${vaultSecret}`);
  assert.equal(echo.received[0].url, "/orders/7?expand=items");
  const text = await response.locator("body").innerText();
  assert.match(text, /200 OK/);
  assert.match(text, /"authorization": "Bearer ●●●●●●"/);
  assert.match(text, /\{\{\$vault path=app\/payments key=api_key\}\}/);
  assert.match(text, /dev\s+cache miss/);

  await response.getByRole("tab", { name: "Request" }).click();
  await response.getByText("Bearer ●●●●●●").locator("visible=true").waitFor();
  await bench.picture("response-request");
  await response.getByRole("tab", { name: "Headers" }).click();
  await response.getByText("X-Served-By").locator("visible=true").waitFor();
  await bench.picture("response-headers");
  await response.getByRole("tab", { name: "Timing" }).click();
  await bench.picture("response-timing");
  await response.getByRole("tab", { name: "Body" }).click();

  await response.getByRole("button", { name: "Send Again" }).click();
  await response.getByText("cache hit").waitFor();
  assert.equal(echo.received.length, 2);
  assert.equal((await bench.everything()).includes(vaultSecret), false, "the value is somewhere in the page");
}

async function localScenario(bench, echo) {
  const { keyboard } = bench.page;
  const before = echo.received.length;
  await bench.page.locator(".editor-instance .view-line", { hasText: "X-Api-Key: KEY" }).first().click();
  await keyboard.press("End");
  for (let i = 0; i < "KEY".length; i++) {
    await keyboard.press("Shift+ArrowLeft");
  }
  await bench.contextMenu("Insert Secret", "Local");
  await bench.answer("Unlock · passphrase", passphrase, "passphrase");
  await bench.prompt("Insert Secret: Local vault · secret");
  await bench.pickRow("stripe-key").waitFor();
  await bench.picture("form-secret");
  await bench.choose(bench.pickRow("stripe-key"));
  await bench.overview();
  await bench.picture("form-overview");
  await keyboard.press("Enter");
  await bench.line(/^X-Api-Key: \{\{\$local secret=stripe-key\}\}$/);
  await bench.picture("inserted");

  await keyboard.press("Control+Alt+Enter");
  const response = await bench.response();
  await response.getByText("/payments").first().waitFor();
  await response.getByText("200 OK").waitFor();
  await bench.picture("response-local");
  assert.equal(echo.received.length, before + 1);
  assert.equal(echo.received[before].headers["x-api-key"], localSecret);
  assert.equal(echo.received[before].body, '{ "amount": 12.5, "currency": "EUR" }');
  const everything = await bench.everything();
  assert.equal(everything.includes(localSecret), false, "the value is somewhere in the page");
  assert.equal(everything.includes(passphrase), false, "the passphrase is somewhere in the page");
}

async function environmentScenario(bench) {
  await bench.page.locator(".statusbar-item", { hasText: "No Environment" }).click();
  await bench.choose(bench.pickRow("prod"));
  await bench.page.locator(".statusbar-item", { hasText: "prod" }).waitFor();
  await bench.picture("environment");
}

async function codeActionScenario(bench) {
  await bench.cursorAfter("Accept: application/json");
  await bench.page.keyboard.press("Control+.");
  const action = bench.page.locator(".action-widget .monaco-list-row", {
    hasText: "Insert secret: HashiCorp Vault",
  });
  await action.waitFor();
  await bench.picture("code-action");
  await action.click();
  await bench.prompt("Insert Secret: HashiCorp Vault · path");
  await bench.choose(bench.pickRow("app/"));
  await bench.choose(bench.pickRow("app/search"));
  await bench.choose(bench.pickRow("key"));
  await bench.choose(bench.pickRow("api_key"));
  await bench.overview();
  await bench.picture("form-vault");
  await bench.page.keyboard.press("Enter");
  await bench.line(/^Accept: application\/json\{\{\$vault path=app\/search key=api_key\}\}$/);
  await bench.page.keyboard.press("Control+z");
  await bench.line(/^Accept: application\/json$/);
}

async function crashScenario(bench, echo, home) {
  const server = () => programsIn(join(home.folder, "editor", "extensions"));
  const [first] = server();
  process.kill(first, "SIGKILL");
  await until("another server runs", () => server().length === 1 && server()[0] !== first);
  const before = echo.received.length;
  await bench.cursorAfter("Authorization: Bearer");
  await bench.page.keyboard.press("Control+Alt+Enter");
  await until("the request has arrived", () => echo.received.length > before);
  assert.equal(echo.received[before].headers.authorization, `Bearer ${vaultSecret}`);
}

async function revealScenario(bench) {
  await bench.cursorAfter("Authorization: Bearer");
  await bench.command("Vault LSP: Copy as cURL with Secrets…");
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.getByText("{{$vault path=app/payments key=api_key}}").waitFor();
  await bench.picture("question");
  await dialog.getByRole("button", { name: "Deny" }).click();
  await bench.page.locator(".notification-toast", { hasText: "not revealed" }).waitFor();
  await bench.picture("refused");
  await bench.command("Notifications: Clear All Notifications");
}

async function sendSlow(bench, echo) {
  const before = echo.received.length;
  await bench.cursorAfter("/slow");
  await bench.page.keyboard.press("Control+Alt+Enter");
  await until("the request has arrived", () => echo.received.length > before);
}

async function cancelScenario(bench, echo) {
  await sendSlow(bench, echo);
  const toast = bench.page.locator(".notification-toast", { hasText: "Sending" });
  await toast.waitFor();
  await bench.picture("progress");
  await toast.getByRole("button", { name: "Cancel" }).click();
  await until("the send was given up", () => echo.aborted.count === 1);
  await toast.waitFor({ state: "detached" });
  await bench.line(/slow/);
}

async function killScenario(bench, echo, editor, home) {
  const server = () => programsIn(join(home.folder, "editor", "extensions"));
  assert.equal(server().length, 1);
  await sendSlow(bench, echo);
  editor.kill();
  await until("the send was given up", () => echo.aborted.count === 2);
  await until("the server is gone", () => server().length === 0);
}

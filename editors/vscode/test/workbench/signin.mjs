// A person signs in with a device code: against the OpenID-certified
// oidc-provider in the layout of Microsoft Entra ID, in a browser of their own.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { certify } from "./foreign.mjs";
import { awaitLine, end } from "./parts.mjs";

const run = promisify(execFile);
const scripts = fileURLToPath(new URL("../../../../internal/testtools/entra/", import.meta.url));
const tenant = "11111111-1111-1111-1111-111111111111";

/** What the office's vault keeps. */
const officeSecret = "office-marker-2b7790aa";

/**
 * Starts a vault with one secret for whoever has a token of the authority. It
 * answers as Key Vault does:
 * https://learn.microsoft.com/azure/key-vault/general/authentication-requests-and-responses
 */
function startKeyVault(authority, { key, certificate }) {
  const server = createServer(
    { key: readFileSync(key), cert: readFileSync(certificate) },
    (request, response) => {
      response.setHeader("Content-Type", "application/json");
      if (!/^Bearer [^.]+\.[^.]+\.[^.]+$/.test(request.headers.authorization ?? "")) {
        const challenge = `Bearer authorization="${authority}/${tenant}", resource="https://vault.azure.net"`;
        response.writeHead(401, { "WWW-Authenticate": challenge });
        response.end(JSON.stringify({ error: { code: "Unauthorized", message: "no token" } }));
        return;
      }
      const id = `https://${request.headers.host}/secrets/present/0123456789abcdef0123456789abcdef`;
      response.end(JSON.stringify({ value: officeSecret, id, attributes: { enabled: true } }));
    },
  );
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** Starts the server and the vault, and gives the profile that signs in there. */
export async function startOffice({ TOOLS, PLAYWRIGHT, CHROMIUM, OUTPUT }, folder) {
  const files = certify("localhost", folder);
  const { key, certificate } = files;
  const provider = join(TOOLS, "entra/node_modules/oidc-provider");
  const child = spawn(process.execPath, [join(scripts, "server.mjs"), provider, key, certificate], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [, authority] = await awaitLine(child, /^READY (https:\S+)$/);
  const vault = await startKeyVault(authority, files);
  const address = `localhost:${vault.address().port}`;
  return {
    secretId: `https://${address}/secrets/present`,
    profile: {
      provider: "azure",
      auth: "device-code",
      cloud: "custom",
      authority,
      vaultSuffix: address,
      verifyChallenge: false,
      clientId: "people",
      caCert: certificate,
    },
    /** Enters a code as a person does. */
    async enter(code) {
      const page = `${authority}/${tenant}/v2.0/device?user_code=${code}`;
      const picture = join(OUTPUT, "vscode", "office");
      await run(process.execPath, [join(scripts, "login.mjs"), PLAYWRIGHT, CHROMIUM, page, picture]);
    },
    stop: async () => {
      vault.closeAllConnections();
      await new Promise((done) => vault.close(done));
      await end(child);
    },
  };
}

export function officeFile(origin, secretId) {
  return `### Office
GET ${origin}/office
X-Api-Key: {{$azure id=${secretId} credential=alice}}
`;
}

/** The code stands at the top until it was entered; who one is outlives the server. */
export async function deviceCodeScenario(bench, office) {
  await bench.command("Vault LSP: Sign In");
  await bench.choose(bench.pickRow("alice"));
  await enterCode(bench, office, "device-code");
  await bench.toast("alice works: signed in as alice@example.test").waitFor();
  await bench.page.locator(".quick-input-widget").waitFor({ state: "hidden" });
  await bench.clearToasts();

  await bench.command("Vault LSP: Restart Server");
  await bench.command("Vault LSP: Manage Credentials");
  const row = bench.page.locator(".quick-input-widget .monaco-list-row", { hasText: "alice@example.test" });
  await row.waitFor();
  await bench.picture("credentials-signed-in");
  await row.click();
  await bench.choose(bench.action("Sign Out"));
  await bench.command("Vault LSP: Manage Credentials");
  await bench.pickRow("alice").waitFor();
  assert.equal(await row.count(), 0, "alice is still signed in");
  await bench.page.keyboard.press("Escape");
}

async function enterCode(bench, office, picture) {
  await bench.prompt('Sign in with credential "alice"');
  const input = bench.page.locator(".quick-input-widget input").last();
  const about = await input.getAttribute("placeholder");
  await bench.picture(picture);
  const [, code] = /^Enter the code (\S+) at https:/.exec(about);
  await office.enter(code);
}

/**
 * The question comes before anything is sent. Refused, the response says why;
 * else the same send goes on.
 */
export async function signInOnSendScenario(bench, office, echo) {
  const before = echo.received.length;
  await bench.openFile("office.http");
  await bench.cursorAfter("X-Api-Key:");
  await bench.page.keyboard.press("Control+Alt+Enter");
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.getByText('Credential "alice" (azure, Device code)').waitFor();
  await bench.picture("sign-in-question");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  const failure = await bench.response("failure");
  await failure.getByText("alice").first().waitFor();
  await bench.picture("sign-in-refused");
  assert.equal(echo.received.length, before, "a request was sent");

  await bench.focusEditor("office.http");
  await bench.page.keyboard.press("Control+Alt+Enter");
  await dialog.getByRole("button", { name: "Sign In" }).click();
  await enterCode(bench, office, "device-code-of-a-send");
  const response = await bench.response();
  await response.getByText("200 OK").waitFor();
  await bench.picture("sign-in-sent");
  assert.deepEqual(
    echo.received.slice(before).map(({ headers }) => headers["x-api-key"]),
    [officeSecret],
  );
  assert.equal(
    (await bench.everything()).includes(officeSecret),
    false,
    "the value is somewhere in the page",
  );
  await bench.focusEditor("orders.http");
}

// A person signs in with a device code: against the OpenID-certified
// oidc-provider in the layout of Microsoft Entra ID, in a browser of their own.
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { certify } from "./foreign.mjs";
import { awaitLine, end } from "./parts.mjs";

const run = promisify(execFile);
const scripts = fileURLToPath(new URL("../../../../internal/testtools/entra/", import.meta.url));
const tenant = "11111111-1111-1111-1111-111111111111";

/** Starts the server, and gives the profile that signs in there. */
export async function startOffice({ TOOLS, PLAYWRIGHT, CHROMIUM, OUTPUT }, folder) {
  const { key, certificate } = certify("localhost", folder);
  const provider = join(TOOLS, "entra/node_modules/oidc-provider");
  const child = spawn(process.execPath, [join(scripts, "server.mjs"), provider, key, certificate], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const [, authority] = await awaitLine(child, /^READY (https:\S+)$/);
  return {
    profile: {
      provider: "azure",
      auth: "device-code",
      cloud: "custom",
      authority,
      vaultSuffix: "localhost:9",
      clientId: "people",
      caCert: certificate,
    },
    /** Enters a code as a person does. */
    async enter(code) {
      const page = `${authority}/${tenant}/v2.0/device?user_code=${code}`;
      const picture = join(OUTPUT, "vscode", "office");
      await run(process.execPath, [join(scripts, "login.mjs"), PLAYWRIGHT, CHROMIUM, page, picture]);
    },
    stop: () => end(child),
  };
}

export function officeFile(origin) {
  return `### Office
GET ${origin}/office
X-Api-Key: {{$azure id=https://localhost:9/secrets/present credential=alice}}
`;
}

/** The code stands at the top until it was entered; who one is outlives the server. */
export async function deviceCodeScenario(bench, office) {
  await bench.command("Vault LSP: Sign In");
  await bench.pickRow("alice").click();
  await bench.prompt('Sign in with credential "alice"');
  const widget = bench.page.locator(".quick-input-widget");
  const about = await widget.locator("input").last().getAttribute("placeholder");
  await bench.picture("device-code");
  const [, code] = /^Enter the code (\S+) at https:/.exec(about);
  await office.enter(code);
  await bench.toast("alice works: signed in as alice@example.test").waitFor();
  await widget.waitFor({ state: "hidden" });
  await bench.clearToasts();

  await bench.command("Vault LSP: Restart Server");
  await bench.command("Vault LSP: Manage Credentials");
  const row = bench.page.locator(".quick-input-widget .monaco-list-row", { hasText: "alice@example.test" });
  await row.waitFor();
  await bench.picture("credentials-signed-in");
  await row.click();
  await bench.action("Sign Out").click();
  await bench.command("Vault LSP: Manage Credentials");
  await bench.pickRow("alice").waitFor();
  assert.equal(await row.count(), 0, "alice is still signed in");
  await bench.page.keyboard.press("Escape");
}

/** The question comes before anything is sent; refused, the response says why. */
export async function signInOnSendScenario(bench, echo) {
  const before = echo.received.length;
  await bench.openFile("office.http");
  await bench.cursorAfter("X-Api-Key:");
  await bench.page.keyboard.press("Control+Alt+Enter");
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.getByText('credential "alice" (azure, Device code)').waitFor();
  await bench.picture("sign-in-question");
  await dialog.getByRole("button", { name: "Cancel" }).click();
  const failure = await bench.response("failure");
  await failure.getByText("alice").first().waitFor();
  await bench.picture("sign-in-refused");
  assert.equal(echo.received.length, before, "a request was sent");
  await bench.focusEditor("orders.http");
}

// The commands beside the main job: permissions, cache, cURL, sending all.
import assert from "node:assert/strict";
import { until } from "./parts.mjs";

/** A secret goes to a host of the network only after the user has said so. */
export async function destinationScenario(bench, foreign, secret) {
  await bench.openFile("foreign.http");
  await bench.cursorAfter("X-Api-Key:");
  await bench.page.keyboard.press("Control+Alt+Enter");
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.getByText(`Send secrets to ${foreign.origin}?`).waitFor();
  await dialog
    .getByText("{{$vault path=app/payments key=api_key}} in header:X-Api-Key, credential dev")
    .waitFor();
  await bench.picture("destination");
  await dialog.getByRole("button", { name: "Deny" }).click();
  await bench.response("failure");
  assert.equal(foreign.received.length, 0, "a request was sent although it was denied");

  await bench.focusEditor("foreign.http");
  await bench.page.keyboard.press("Control+Alt+Enter");
  await dialog.getByRole("button", { name: "Always" }).click();
  const response = await bench.response();
  await response.getByText("200 OK").waitFor();
  assert.deepEqual(
    foreign.received.map(({ headers }) => headers["x-api-key"]),
    [secret],
  );
}

/** What was allowed for good is listed, and asked again after it was revoked. */
export async function permissionScenario(bench) {
  await bench.command("Vault LSP: Show or Revoke Permissions");
  const row = bench.pickRow("{{$vault path=app/payments key=api_key}}");
  await row.waitFor();
  await bench.picture("permissions");
  await row.click();
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.getByRole("button", { name: "Revoke" }).click();
  await dialog.waitFor({ state: "detached" });
  await bench.command("Vault LSP: Show or Revoke Permissions");
  await bench.toast("There are no remembered permissions").waitFor();
  await bench.clearToasts();
}

export async function cacheScenario(bench) {
  await bench.command("Vault LSP: Show Secret Cache");
  const status = bench.toast(/Secret cache: [1-9]\d* of at most 1000 secrets \(.*vault: \d/);
  await status.waitFor();
  await bench.picture("cache");
  await status.getByRole("button", { name: "Reset" }).click();
  await bench.toast(/Secret cache reset: [1-9]\d* secrets?/).waitFor();
  await bench.clearToasts();
  await bench.command("Vault LSP: Set Secret Cache Duration");
  await bench.choose(bench.pickRow("5m"));
  await until("the server keeps secrets for five minutes", async () => {
    await bench.command("Vault LSP: Show Secret Cache");
    await bench.toast("Secret cache: 0 of").waitFor();
    const text = await bench.toast("Secret cache: 0 of").first().innerText();
    await bench.clearToasts();
    return text.includes("kept for 5 minutes");
  });
}

/** References stay references in what is copied. */
export async function curlScenario(bench, secret) {
  await bench.focusEditor("orders.http");
  await bench.cursorAfter("Authorization: Bearer");
  await bench.command("Vault LSP: Copy as cURL");
  await bench.page.locator(".statusbar-item", { hasText: "Copied as cURL" }).waitFor();
  const text = await bench.page.evaluate(() => navigator.clipboard.readText());
  assert.match(text, /^curl /);
  assert.ok(text.includes("Authorization: Bearer {{$vault path=app/payments key=api_key}}"), text);
  assert.equal(text.includes(secret), false, "the value was copied");
}

export async function sendAllScenario(bench, foreign, secret) {
  await bench.focusEditor("foreign.http");
  await bench.command("Vault LSP: Send All Requests");
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.getByRole("button", { name: "Allow once" }).click();
  const page = await bench.response("all");
  await page.getByText("/second").first().waitFor();
  await bench.picture("send-all");
  assert.deepEqual(
    foreign.received.slice(-2).map(({ url, headers }) => [url, headers["x-api-key"]]),
    [
      ["/first", secret],
      ["/second", undefined],
    ],
  );
  assert.equal((await bench.everything()).includes(secret), false, "the value is somewhere in the page");
  await bench.focusEditor("orders.http");
}

export function promptFile(origin) {
  return `### Prompts
# @prompt code The code
# @secret pin
GET ${origin}/{{code}}
X-Pin: {{pin}}
`;
}

/** What a request prompts for is asked before it is sent; hidden answers are masked. */
export async function promptScenario(bench, echo) {
  const pin = "pin-marker-8c11d0";
  const before = echo.received.length;
  await bench.openFile("prompt.http");
  await bench.cursorAfter("X-Pin");
  await bench.page.keyboard.press("Control+Alt+Enter");
  await bench.answer("Send · ", "first-code", "prompt");
  await bench.prompt("pin");
  await bench.answer("Send · ", pin);
  const response = await bench.response();
  await response.getByText("200 OK").waitFor();
  assert.deepEqual(
    echo.received.slice(before).map(({ url, headers }) => [url, headers["x-pin"]]),
    [["/first-code", pin]],
  );
  assert.equal((await bench.everything()).includes(pin), false, "the answer is somewhere in the page");
  await bench.focusEditor("orders.http");
}

/** A mistake is shown once, while one types, and goes away with it. */
export async function diagnosticsScenario(bench) {
  const problems = (count) => bench.page.locator('.statusbar-item[id="status.problems"]', { hasText: count });
  await bench.focusEditor("prompt.http");
  await bench.cursorAfter("X-Pin");
  await bench.page.keyboard.type("\nX-Bad: {{nowhere}}", { delay: 30 });
  await bench.page.locator(".squiggly-error, .squiggly-warning").first().waitFor();
  await problems(/^\s*1\s*0\s*$|^\s*0\s*1\s*$/).waitFor();
  await bench.picture("diagnostics");
  for (let i = 0; i < 20; i++) {
    await bench.page.keyboard.press("Control+z");
  }
  await problems(/^\s*0\s*0\s*$/).waitFor();
  await bench.focusEditor("orders.http");
}

// Credentials in the workbench: forms, who one is, edit, remove.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

export async function addScenario(bench, vault, home) {
  await bench.command("Vault LSP: Add Credential");
  await bench.choose(bench.pickRow("HashiCorp Vault"));
  await bench.picture("credential-methods");
  await bench.choose(bench.pickRow("Token"));
  await bench.answer("Token · name", "second");
  await bench.refused("Token · Address", "vault.example.com", "must be an http or https URL");
  await bench.picture("credential-validated");
  await bench.answer("Token · Address", vault.address);
  await bench.overview();
  await bench.picture("credential-overview");
  await bench.page.keyboard.press("Enter");
  await bench.answer("Add Credential: second", vault.token, "credential-secret");
  await bench.toast("The credential second was added").getByRole("button", { name: "Test" }).click();
  await bench.toast("second works: signed in as").waitFor();
  await bench.picture("credential-tested");
  await bench.clearToasts();
  const config = configuration(home);
  assert.match(config, /"second"/);
  assert.equal(config.includes(vault.token), false, "the token is in the configuration file");
  assert.equal((await bench.everything()).includes(vault.token), false, "the token is somewhere in the page");
}

/** A user of the server, whose password lies in a file: nothing is asked for. */
export async function userScenario(bench, vault, home) {
  await bench.command("Vault LSP: Add Credential");
  await bench.choose(bench.pickRow("HashiCorp Vault"));
  await bench.choose(bench.pickRow("User name and password"));
  await bench.answer("User name and password · name", "people");
  await bench.answer("User name and password · Address", vault.address);
  await bench.answer("User name and password · User name", vault.user);
  await bench.overview();
  await bench.choose(bench.pickRow("Password"));
  await bench.action("Enter it").waitFor();
  await bench.picture("credential-place");
  await bench.choose(bench.action("File…"));
  await bench.refused("Password", "password", "Give a whole path");
  await bench.answer("Password", home.write("password", vault.password));
  await bench.overview();
  await bench.picture("credential-file");
  await bench.page.keyboard.press("Enter");
  await bench.toast("The credential people was added").getByRole("button", { name: "Test" }).click();
  await bench.toast(/people works: signed in as .*valid/).waitFor();
  await bench.clearToasts();
}

/** The menu says who one is and for how long; a profile is edited in its form, filled in. */
export async function manageScenario(bench, vault, home) {
  await bench.command("Vault LSP: Manage Credentials");
  await bench.pickRow("people").waitFor();
  await bench.picture("credentials");
  await bench.choose(bench.pickRow("people"));
  await bench.action("Edit…").waitFor();
  await bench.picture("credential-actions");
  await bench.choose(bench.action("Edit…"));
  await bench.overview();
  await bench.picture("credential-edit");
  await bench.choose(bench.pickRow("Auth mount"));
  await bench.answer("Auth mount", "userpass");
  await bench.overview();
  await bench.page.keyboard.press("Enter");
  await bench.toast("The credential people was changed").waitFor();
  await bench.clearToasts();
  const config = configuration(home);
  assert.match(config, /"mount": "userpass"/);
  assert.match(config, /"password": \{ "file": /);

  await bench.command("Vault LSP: Manage Credentials");
  await bench.choose(bench.pickRow("people"));
  await bench.choose(bench.action("Sign In"));
  await bench.toast(/people works: signed in as/).waitFor();
  await bench.clearToasts();
  assert.equal((await bench.everything()).includes(vault.password), false, "the password is in the page");
}

export async function removeScenario(bench, home) {
  await bench.command("Vault LSP: Remove Credential");
  await bench.choose(bench.pickRow("second"));
  const dialog = bench.page.locator(".monaco-dialog-box");
  await dialog.getByText("Remove the credential second?").waitFor();
  await bench.picture("credential-remove");
  await dialog.getByRole("button", { name: "Remove" }).click();
  await bench.toast("The credential second was removed").waitFor();
  await bench.clearToasts();
  assert.doesNotMatch(configuration(home), /"second"/);
}

function configuration(home) {
  return readFileSync(join(home.folder, "config/vault-lsp/config.json"), "utf8");
}

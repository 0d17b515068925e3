import * as vscode from "vscode";
import { withUnlock } from "../unlock";
import { executeWithProgress } from "../progress";
import type { CommandContext } from "./context";

/** Signs in with a profile that the user chooses, and says who that is. */
export async function testCredential(context: CommandContext): Promise<void> {
  const name = await chooseCredential(context, "Test Credential");
  if (name !== undefined) {
    await testProfile(context, name, "vault-lsp.testCredential");
  }
}

/** The same, after what is left of earlier logins has been dropped. */
export async function signIn(context: CommandContext): Promise<void> {
  const name = await chooseCredential(context, "Sign In Again");
  if (name !== undefined) {
    await testProfile(context, name, "vault-lsp.loginCredential");
  }
}

/** Removes a profile that the user chooses, with its secrets in the keyring. */
export async function removeCredential(context: CommandContext): Promise<void> {
  const name = await chooseCredential(context, "Remove Credential");
  if (name === undefined) {
    return;
  }
  const remove = "Remove";
  const sure = await vscode.window.showWarningMessage(
    `Remove the credential ${name}?`,
    {
      modal: true,
      detail:
        "Its secrets are removed from the keyring, too. References that name it will no longer resolve.",
    },
    remove,
  );
  if (sure === remove) {
    await context.server.execute("vault-lsp.removeCredential", { name });
    void vscode.window.showInformationMessage(`The credential ${name} was removed.`);
  }
}

/** Signs in with a profile and says who that is. */
export async function testProfile(
  { server }: CommandContext,
  name: string,
  command: "vault-lsp.testCredential" | "vault-lsp.loginCredential",
): Promise<void> {
  const identity = await withUnlock(() =>
    executeWithProgress(server, `Signing in with ${name}`, command, { name }),
  );
  const details = identity.details.map((detail) => `${detail.name}: ${detail.value}`);
  if (identity.expires) {
    details.push(`expires: ${new Date(identity.expires).toLocaleString()}`);
  }
  const more = details.length > 0 ? ` (${details.join(", ")})` : "";
  void vscode.window.showInformationMessage(`${name} works: signed in as ${identity.identity}${more}.`);
}

async function chooseCredential({ server }: CommandContext, title: string): Promise<string | undefined> {
  const credentials = await server.execute("vault-lsp.listCredentials", {});
  if (credentials.length === 0) {
    const add = "Add Credential";
    const chosen = await vscode.window.showInformationMessage("There are no credentials yet.", add);
    if (chosen === add) {
      await vscode.commands.executeCommand("vaultLsp.addCredential");
    }
    return undefined;
  }
  const items = credentials.map((credential) => ({
    label: credential.name,
    description: `${credential.provider}, ${credential.auth}${credential.isDefault ? ", default" : ""}`,
    ...(credential.identity ? { detail: credential.identity } : {}),
  }));
  const chosen = await vscode.window.showQuickPick(items, { title, placeHolder: "Which credential?" });
  return chosen?.label;
}

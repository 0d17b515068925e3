import * as vscode from "vscode";
import { withEntry } from "../entry";
import { describeExpiry } from "../expiry";
import { plain } from "../plain";
import { executeWithProgress } from "../progress";
import type { Credential, Identity } from "../protocol";
import type { CommandContext } from "./context";

/** Says who a profile that the user chooses is, and what it may not do. */
export async function testCredential(context: CommandContext): Promise<void> {
  const name = await chooseCredential(context, "Test Credential");
  if (name !== undefined) {
    await testProfile(context, name, "vault-lsp.testCredential");
  }
}

/** Signs in with a profile: the named one, or one that the user chooses. */
export async function signIn(context: CommandContext, argument: unknown): Promise<void> {
  const name = nameOf(argument) ?? (await chooseCredential(context, "Sign In"));
  if (name !== undefined) {
    await testProfile(context, name, "vault-lsp.loginCredential");
  }
}

/** Removes a profile that the user chooses, with its secrets in the keyring. */
export async function removeCredential(context: CommandContext): Promise<void> {
  const name = await chooseCredential(context, "Remove Credential");
  if (name !== undefined) {
    await removeNamed(context, name);
  }
}

/** Removes a profile after the user has confirmed it. */
export async function removeNamed(context: CommandContext, name: string): Promise<void> {
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
    await context.credentials.removed(name);
    void vscode.window.showInformationMessage(`The credential ${name} was removed.`);
  }
}

/** Tests a profile or signs in with it, and says who that is. */
export async function testProfile(
  context: CommandContext,
  name: string,
  command: "vault-lsp.testCredential" | "vault-lsp.loginCredential",
): Promise<void> {
  const { server } = context;
  const title = command === "vault-lsp.testCredential" ? `Testing ${name}` : `Signing in with ${name}`;
  const identity = await withEntry(server, () => executeWithProgress(server, title, command, { name }), {
    offerSignIn: true,
  });
  void context.credentials.refresh();
  void vscode.window.showInformationMessage(plain(`${name} works: signed in as ${describe(identity)}.`));
}

function describe({ identity, details, expires }: Identity): string {
  const facts = details.map((detail) => `${detail.name}: ${detail.value}`);
  const expiry = describeExpiry(expires, new Date());
  if (expiry !== undefined) {
    facts.push(`valid ${expiry}`);
  }
  return facts.length > 0 ? `${identity} (${facts.join(", ")})` : identity;
}

/** What is known of a profile, for a menu. */
export function toItem(credential: Credential): vscode.QuickPickItem & { credential: Credential } {
  const { name, provider, auth, identity, expires, isDefault } = credential;
  const known = [identity, describeExpiry(expires, new Date())].filter(Boolean).join(" · ");
  return {
    label: name,
    description: `${provider}, ${auth}${isDefault ? ", default" : ""}`,
    ...(known ? { detail: known } : {}),
    credential,
  };
}

/** Lets the user choose a profile; offers to add one where there is none. */
export async function chooseCredential(
  { server }: CommandContext,
  title: string,
): Promise<string | undefined> {
  const credentials = await server.execute("vault-lsp.listCredentials", {});
  if (credentials.length === 0) {
    const add = "Add Credential";
    const chosen = await vscode.window.showInformationMessage("There are no credentials yet.", add);
    if (chosen === add) {
      await vscode.commands.executeCommand("vaultLsp.addCredential");
    }
    return undefined;
  }
  const chosen = await vscode.window.showQuickPick(credentials.map(toItem), {
    title,
    placeHolder: "Which credential?",
  });
  return chosen?.label;
}

function nameOf(argument: unknown): string | undefined {
  return typeof argument === "string" ? argument : undefined;
}

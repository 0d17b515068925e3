import * as vscode from "vscode";
import { newDraft, write } from "../forms/credentialForm";
import type { Method, Provider } from "../protocol";
import { firstSentence } from "../reference";
import type { CommandContext } from "./context";
import { testProfile } from "./credentials";
import { fillProfile, giveSecrets } from "./editProfile";

const title = "Add Credential";

/**
 * Adds a credential profile to the user's configuration: provider, way to sign
 * in, name, fields. Secret fields go from the password box straight to the
 * standard input of the server's own command, and from there to the keyring.
 */
export async function addCredential(context: CommandContext): Promise<void> {
  const { server } = context;
  const provider = await chooseProvider(await server.execute("vault-lsp.listProviders", {}));
  const method = provider && (await chooseMethod(provider));
  const name = method && (await askName(context, provider, method));
  if (!provider || !method || !name) {
    return;
  }
  const form = {
    title: formTitle(provider, method),
    provider,
    method,
    action: "Add",
    draft: newDraft(method),
  };
  const added = await fillProfile(context, form, (draft) => {
    const { fields, secrets, sources } = write(method, draft);
    const argument = { name, provider: provider.name, auth: method.auth, fields, secrets, sources };
    return server.execute("vault-lsp.addCredential", argument);
  });
  if (!added) {
    return;
  }
  if (!(await giveSecrets(`${title}: ${name}`, method, added.needs, added.input))) {
    await context.credentials.removed(name);
    void vscode.window.showInformationMessage(`The credential ${name} was not added: a secret is missing.`);
    return;
  }
  void context.credentials.refresh();
  await offerToTry(context, `The credential ${name} was added.`, name, added.signIn);
}

/** Says what was done, and offers to sign in or to test at once. */
export async function offerToTry(
  context: CommandContext,
  message: string,
  name: string,
  signIn: boolean,
): Promise<void> {
  const action = signIn ? "Sign In" : "Test";
  const chosen = await vscode.window.showInformationMessage(message, action);
  if (chosen === action) {
    await testProfile(context, name, signIn ? "vault-lsp.loginCredential" : "vault-lsp.testCredential");
  }
}

async function chooseProvider(table: Provider[]): Promise<Provider | undefined> {
  const items = table
    .filter((provider) => provider.methods.length > 0)
    .map((provider) => ({ label: provider.label, detail: firstSentence(provider.doc), provider }));
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: "For which vault?",
    ignoreFocusOut: true,
  });
  return chosen?.provider;
}

async function chooseMethod(provider: Provider): Promise<Method | undefined> {
  if (provider.methods.length === 1) {
    return provider.methods[0];
  }
  const items = provider.methods.map((method) => ({
    label: method.label,
    description: method.auth,
    detail: method.doc,
    method,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: `${title}: ${provider.label}`,
    placeHolder: "How do you sign in?",
    ignoreFocusOut: true,
  });
  return chosen?.method;
}

async function askName(
  { server }: CommandContext,
  provider: Provider,
  method: Method,
): Promise<string | undefined> {
  const taken = new Set((await server.execute("vault-lsp.listCredentials", {})).map(({ name }) => name));
  return vscode.window.showInputBox({
    title: `${formTitle(provider, method)} · name`,
    prompt: "A name of your own. References choose it with credential=NAME.",
    placeHolder: `${provider.name}-dev`,
    ignoreFocusOut: true,
    validateInput: (name) => {
      if (!/^[A-Za-z0-9][A-Za-z0-9._@-]{0,63}$/.test(name)) {
        return "Use letters, digits, dots, dashes, underscores and @, at most 64.";
      }
      return taken.has(name) ? `There is a credential ${name} already.` : undefined;
    },
  });
}

function formTitle(provider: Provider, method: Method): string {
  return `${title}: ${provider.label}, ${method.label}`;
}

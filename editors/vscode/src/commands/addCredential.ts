import * as vscode from "vscode";
import { outcomeOf, sentence } from "../failure";
import { fillIn } from "../forms/fieldForm";
import type { Method, MethodField, Provider } from "../protocol";
import { firstSentence } from "../reference";
import { giveSecret } from "../secretInput";
import { testProfile } from "./credentials";
import type { CommandContext } from "./context";

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
  const fields = await fillIn(plainForm(provider, method));
  if (!fields) {
    return;
  }
  const { needs, input } = await server.execute("vault-lsp.addCredential", {
    name,
    provider: provider.name,
    auth: method.auth,
    ...(Object.keys(fields).length > 0 ? { fields } : {}),
  });
  if (!(await giveSecrets(name, method, needs, input))) {
    await server.execute("vault-lsp.removeCredential", { name });
    void vscode.window.showInformationMessage(`The credential ${name} was not added: a secret is missing.`);
    return;
  }
  const test = "Test";
  const chosen = await vscode.window.showInformationMessage(`The credential ${name} was added.`, test);
  if (chosen === test) {
    await testProfile(context, name, "vault-lsp.testCredential");
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
      if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
        return "Use letters, digits, dots, dashes and underscores.";
      }
      return taken.has(name) ? `There is a credential ${name} already.` : undefined;
    },
  });
}

function formTitle(provider: Provider, method: Method): string {
  return `${title}: ${provider.label}, ${method.label}`;
}

function plainForm(provider: Provider, method: Method) {
  const plain = method.fields.filter((field) => !field.secret).map(withChoices);
  return {
    title: formTitle(provider, method),
    required: plain.filter((field) => field.required),
    optional: plain.filter((field) => !field.required),
    action: "Add",
    preview: (values: Record<string, string>) => Object.values(values).join(" · "),
    prompt: (field: MethodField) => field.prompt,
    explain: () => "",
  };
}

/** Yes-or-no fields are picked from a list. */
function withChoices(field: MethodField): MethodField {
  return field.type === "bool" ? { ...field, values: ["true", "false"] } : field;
}

/** Prompts for the secrets and gives each to its command; false if the user gave one up. */
async function giveSecrets(
  name: string,
  method: Method,
  needs: string[],
  input: string[][],
): Promise<boolean> {
  for (const [i, need] of needs.entries()) {
    const field = method.fields.find((candidate) => candidate.name === need);
    if (!(await giveOne(name, field?.prompt ?? need, input[i] ?? []))) {
      return false;
    }
  }
  return true;
}

async function giveOne(name: string, prompt: string, command: string[]): Promise<boolean> {
  const secret = await vscode.window.showInputBox({
    title: `${title}: ${name}`,
    prompt: `${prompt}. It goes to the keyring of this machine, not into a file.`,
    password: true,
    ignoreFocusOut: true,
  });
  if (!secret) {
    return false;
  }
  try {
    await giveSecret(command, secret);
    return true;
  } catch (error) {
    const outcome = outcomeOf(error);
    if (outcome.kind === "failed") {
      void vscode.window.showErrorMessage(sentence(outcome.failure));
    }
    return false;
  }
}

import * as vscode from "vscode";
import { outcomeOf, sentence } from "../failure";
import { fillIn } from "../forms/fieldForm";
import type { Load } from "../forms/pickValue";
import type { Provider, Range, ReferenceField } from "../protocol";
import { firstSentence, formatReference, optionalFields } from "../reference";
import { withEntry } from "../entry";
import { requestEditor, trusted, type CommandContext } from "./context";

/** What a menu or a code action says beforehand. */
interface Preset {
  provider?: string;
  uri?: string;
  range?: vscode.Range;
}

/** The providers of HashiCorp share a menu entry. */
export const hashicorp = ["vault", "hcp"];

/**
 * Puts a reference in the place of the selection: provider, required fields,
 * then any other field, with the names that the vault gives. Only names are
 * listed, never a value.
 */
export async function insertSecret(
  context: CommandContext,
  argument: unknown,
  among?: readonly string[],
): Promise<void> {
  const preset = presetOf(argument);
  const editor = preset.uri === undefined ? requestEditor() : await showDocument(preset.uri);
  if (!editor || !(await trusted())) {
    return;
  }
  const table = await context.server.execute("vault-lsp.listProviders", {});
  const provider = await chooseProvider(table, preset.provider ? [preset.provider] : among);
  const form = provider && (await chooseForm(provider));
  if (!provider || !form) {
    return;
  }
  const values = await fillIn<ReferenceField>({
    title: `Insert Secret: ${provider.label}`,
    required: form.flatMap((name) => provider.fields.filter((field) => field.name === name)),
    optional: optionalFields(provider, form),
    action: "Insert",
    preview: (current) => formatReference(provider, current),
    load: (field, current) => lister(context, provider, field, current),
    explain,
  });
  if (!values) {
    return;
  }
  await context.server.execute("vault-lsp.insertSecret", {
    uri: editor.document.uri.toString(),
    range: toRange(preset.range ?? editor.selection),
    reference: formatReference(provider, values),
  });
  await vscode.window.showTextDocument(editor.document, {
    viewColumn: editor.viewColumn ?? vscode.ViewColumn.Active,
  });
}

function presetOf(argument: unknown): Preset {
  if (typeof argument !== "object" || argument === null || argument instanceof vscode.Uri) {
    return {};
  }
  const { provider, uri, range } = argument as Record<string, unknown>;
  return {
    ...(typeof provider === "string" ? { provider } : {}),
    ...(typeof uri === "string" ? { uri } : {}),
    ...(range instanceof vscode.Range ? { range } : {}),
  };
}

async function showDocument(uri: string): Promise<vscode.TextEditor> {
  const visible = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri);
  return visible ?? vscode.window.showTextDocument(vscode.Uri.parse(uri, true));
}

async function chooseProvider(table: Provider[], among?: readonly string[]): Promise<Provider | undefined> {
  const providers = among ? table.filter((provider) => among.includes(provider.name)) : table;
  if (providers.length <= 1) {
    return providers[0];
  }
  const items = providers.map((provider) => ({
    label: provider.label,
    description: `{{$${provider.name} …}}`,
    detail: firstSentence(provider.doc),
    provider,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Insert Secret",
    placeHolder: "Where is the secret?",
  });
  return chosen?.provider;
}

/** The required fields to fill in, where a provider has more than one set. */
async function chooseForm(provider: Provider): Promise<string[] | undefined> {
  if (provider.forms.length <= 1) {
    return provider.forms[0] ?? [];
  }
  const items = provider.forms.map((form) => ({
    label: form.join(" and "),
    detail: form
      .map((name) => firstSentence(provider.fields.find((field) => field.name === name)?.doc ?? ""))
      .join(" "),
    form,
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: `Insert Secret: ${provider.label}`,
    placeHolder: "How do you name the secret?",
  });
  return chosen?.form;
}

/** Lists the values of a field, if the vault can be asked for them. */
function lister(
  { server }: CommandContext,
  provider: Provider,
  field: ReferenceField,
  values: Record<string, string>,
): Load | undefined {
  if (field.name === "credential") {
    return async () => {
      const all = await server.execute("vault-lsp.listCredentials", {});
      return all
        .filter((credential) => credential.provider === (provider.credentials ?? provider.name))
        .map(({ name, auth, isDefault }) => ({ value: name, detail: isDefault ? `${auth}, default` : auth }));
    };
  }
  if (!field.live) {
    return undefined;
  }
  const { credential, ...rest } = values;
  const known = Object.fromEntries(Object.entries(rest).filter(([name]) => name !== field.name));
  return async (folder, onPrompt) => {
    const ask = () =>
      server.execute("vault-lsp.listSecrets", {
        provider: provider.name,
        field: field.name,
        ...(Object.keys(known).length > 0 ? { known } : {}),
        ...(credential ? { credential } : {}),
        ...(folder ? { prefix: folder } : {}),
      });
    const list = await withEntry(server, ask, { onPrompt, offerSignIn: true });
    return list.items;
  };
}

function explain(error: unknown): string {
  const outcome = outcomeOf(error);
  return outcome.kind === "failed" ? sentence(outcome.failure) : "The names could not be listed.";
}

function toRange({ start, end }: vscode.Range): Range {
  return {
    start: { line: start.line, character: start.character },
    end: { line: end.line, character: end.character },
  };
}

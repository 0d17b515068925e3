import * as vscode from "vscode";
import { outcomeOf, sentence } from "../failure";
import { checkField } from "../forms/checkField";
import {
  checkPath,
  checkVariable,
  missingFields,
  place,
  showPlace,
  withChoices,
  type Draft,
} from "../forms/credentialForm";
import { fillIn, type FieldForm } from "../forms/fieldForm";
import type { Method, MethodField, Provider } from "../protocol";
import { giveSecret } from "../secretInput";
import type { CommandContext } from "./context";

/** A form for the fields of one credential. */
export interface ProfileForm {
  title: string;
  provider: Provider;
  method: Method;
  /** What the last step does: "Add". */
  action: string;
  draft: Draft;
}

/**
 * Lets the user fill the form in until the server takes it. Gives what it
 * answered, or undefined if the user escapes.
 */
export async function fillProfile<T>(
  context: CommandContext,
  form: ProfileForm,
  submit: (draft: Draft) => Promise<T>,
): Promise<T | undefined> {
  for (let draft = form.draft; ;) {
    const filled = await fillIn(fieldForm(context, { ...form, draft }));
    if (!filled) {
      return undefined;
    }
    try {
      return await submit(filled);
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind !== "failed" || outcome.failure.code !== "bad-credential") {
        throw error;
      }
      void vscode.window.showErrorMessage(sentence(outcome.failure));
      draft = filled;
    }
  }
}

function fieldForm({ server }: CommandContext, form: ProfileForm): FieldForm<MethodField> {
  const fields = form.method.fields.map(withChoices);
  return {
    title: form.title,
    required: fields.filter((field) => field.required),
    optional: fields.filter((field) => !field.required),
    action: form.action,
    initial: form.draft,
    preview: (values) =>
      fields.flatMap(({ name, secret }) => (secret || !values[name] ? [] : [values[name]])).join(" · "),
    prompt: (field) => field.prompt,
    check: checkField,
    own: (field, value) => (field.secret ? askPlace(form, field, value) : undefined),
    show: (field, value) => (field.secret ? showPlace(value) : value),
    missing: (values) => missingFields(fields, form.method.oneOf ?? [], values),
    load: (field) =>
      field.name === "source"
        ? async () => {
            const all = await server.execute("vault-lsp.listCredentials", {});
            return all
              .filter(({ provider }) => provider === form.provider.name)
              .map(({ name, auth }) => ({ value: name, detail: auth }));
          }
        : undefined,
    explain: (error) => {
      const outcome = outcomeOf(error);
      return outcome.kind === "failed" ? sentence(outcome.failure) : "The credentials could not be listed.";
    },
  };
}

type Place = vscode.QuickPickItem & { choose: () => Promise<string | undefined> | string };

/** Asks where a secret is. It is typed only after the whole form was accepted. */
async function askPlace(
  form: ProfileForm,
  field: MethodField,
  value: string | undefined,
): Promise<string | undefined> {
  const title = `${form.title} · ${field.prompt}`;
  const kept = form.draft[field.name]?.startsWith("keep:") ? form.draft[field.name] : undefined;
  const input = (prompt: string, begin: string, check: (text: string) => string | undefined) =>
    vscode.window.showInputBox({
      title,
      prompt,
      value: value?.startsWith(begin) ? value.slice(begin.length) : "",
      ignoreFocusOut: true,
      validateInput: check,
    });
  const items: Place[] = [
    ...(kept === undefined
      ? []
      : [{ label: "$(check) Leave it as it is", description: showPlace(kept), choose: () => kept }]),
    {
      label: kept === undefined ? "$(key) Enter it" : "$(key) Enter another one",
      detail: "It is asked for next, and kept in the keyring of this machine.",
      choose: () => place.enter,
    },
    {
      label: "$(symbol-variable) Environment Variable…",
      detail: "The server reads it from its own environment whenever it is needed.",
      choose: async () => {
        const name = await input("The name of the variable.", "env:", checkVariable);
        return name && place.env(name);
      },
    },
    {
      label: "$(file) File…",
      detail: "The server reads the whole file whenever it is needed.",
      choose: async () => {
        const path = await input("The path of a file that holds nothing else.", "file:", checkPath);
        return path && place.file(path);
      },
    },
    ...(field.required ? [] : [{ label: "$(discard) Leave it out", choose: () => "" }]),
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: "Where is it?",
    ignoreFocusOut: true,
  });
  return chosen?.choose();
}

/** Prompts for secrets and gives each to its command; false if the user gave one up. */
export async function giveSecrets(
  title: string,
  method: Method,
  needs: string[],
  input: string[][],
): Promise<boolean> {
  for (const [i, need] of needs.entries()) {
    const field = method.fields.find((candidate) => candidate.name === need);
    if (!(await giveOne(title, field?.prompt ?? need, input[i] ?? []))) {
      return false;
    }
  }
  return true;
}

async function giveOne(title: string, prompt: string, command: string[]): Promise<boolean> {
  const secret = await vscode.window.showInputBox({
    title,
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

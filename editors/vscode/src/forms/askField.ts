import * as vscode from "vscode";
import type { Field } from "../protocol";
import { firstSentence } from "../reference";
import { pickValue, skipped, type Load } from "./pickValue";

/** How one field of a form is asked for. */
export interface FieldQuestion {
  /** The form's title: "Insert Secret: HashiCorp Vault". */
  form: string;
  field: Field;
  /** The field's name for people, if it has one. */
  prompt?: string;
  value?: string | undefined;
  /** Gives the values the field can take, for fields of which they can be listed. */
  load?: Load | undefined;
  explain: (error: unknown) => string;
  /** What is wrong with a typed value. */
  check: (value: string) => string | undefined;
  skip?: string | undefined;
}

/**
 * Asks for one field: from a list where there is one, else as text. Gives
 * undefined if the user escapes, "" if an optional field was emptied.
 */
export async function askField(question: FieldQuestion): Promise<string | typeof skipped | undefined> {
  const { field, form, load, explain, check, skip, value } = question;
  const title = `${form} · ${question.prompt ?? field.name}`;
  if (field.values?.length) {
    return askChoice(title, field, value);
  }
  const about = firstSentence(field.doc);
  if (load) {
    return pickValue({
      title,
      placeholder: placeholder(field),
      load,
      explain,
      check,
      ...(value === undefined ? {} : { value }),
      ...(skip === undefined ? {} : { skip }),
    });
  }
  return vscode.window.showInputBox({
    title,
    prompt: about + (field.required ? "" : " Optional: leave it empty for the default."),
    placeHolder: placeholder(field),
    ignoreFocusOut: true,
    validateInput: check,
    ...(value === undefined ? {} : { value }),
  });
}

async function askChoice(
  title: string,
  field: Field,
  current: string | undefined,
): Promise<string | undefined> {
  const items = (field.values ?? []).map((value) => ({
    label: value,
    description: [value === field.default && "default", value === current && "chosen"]
      .filter(Boolean)
      .join(", "),
    value,
  }));
  if (!field.required) {
    items.push({ label: "$(discard) Leave it out", description: "", value: "" });
  }
  const chosen = await vscode.window.showQuickPick(items, {
    title,
    placeHolder: firstSentence(field.doc),
    ignoreFocusOut: true,
  });
  return chosen?.value;
}

function placeholder(field: Field): string {
  if (field.default) {
    return `${field.name}, for example ${field.example ?? field.default}; default ${field.default}`;
  }
  return field.example ? `${field.name}, for example ${field.example}` : field.name;
}

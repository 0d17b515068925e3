import * as vscode from "vscode";
import type { Field } from "../protocol";
import { firstSentence } from "../reference";
import { askField } from "./askField";
import { skipped, type Load } from "./pickValue";

/** A form: fields that are asked for one by one, the required ones first. */
export interface FieldForm<F extends Field> {
  title: string;
  required: F[];
  optional: F[];
  /** What the last step does: "Insert". */
  action: string;
  /** How the result looks so far. */
  preview: (values: Record<string, string>) => string;
  prompt?: (field: F) => string;
  /** Lists the values of a field, given the other ones; undefined where they cannot be listed. */
  load?: (field: F, values: Record<string, string>) => Load | undefined;
  explain: (error: unknown) => string;
}

interface Item<F> extends vscode.QuickPickItem {
  field?: F;
  done?: boolean;
}

/** Fills a form in. Gives undefined if the user escapes. */
export async function fillIn<F extends Field>(
  form: FieldForm<F>,
): Promise<Record<string, string> | undefined> {
  const values: Record<string, string> = {};
  for (const field of form.required) {
    const answer = await ask(
      form,
      field,
      values,
      form.optional.length > 0 ? "Set other fields first" : undefined,
    );
    if (answer === undefined) {
      return undefined;
    }
    if (answer === skipped) {
      break;
    }
    values[field.name] = answer;
  }
  return form.optional.length > 0 ? chooseMore(form, values) : values;
}

/** The form's overview: done, or one more field. */
async function chooseMore<F extends Field>(
  form: FieldForm<F>,
  values: Record<string, string>,
): Promise<Record<string, string> | undefined> {
  for (;;) {
    const missing = form.required.filter((field) => !values[field.name]);
    const chosen = await vscode.window.showQuickPick(overview(form, values, missing), {
      title: form.title,
      placeHolder: missing.length > 0 ? "Fill in what is required" : `${form.action}, or set more fields`,
      ignoreFocusOut: true,
      matchOnDescription: true,
    });
    if (!chosen || chosen.done) {
      return chosen && values;
    }
    const answer = chosen.field && (await ask(form, chosen.field, values, undefined));
    if (chosen.field && typeof answer === "string") {
      if (answer === "") {
        // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- a record of the form's own fields
        delete values[chosen.field.name];
      } else {
        values[chosen.field.name] = answer;
      }
    }
  }
}

function overview<F extends Field>(
  form: FieldForm<F>,
  values: Record<string, string>,
  missing: F[],
): Item<F>[] {
  const toItem = (field: F): Item<F> => ({
    label: form.prompt?.(field) ?? field.name,
    description: values[field.name] ?? (field.required ? "required" : ""),
    detail: firstSentence(field.doc),
    field,
  });
  const items: Item<F>[] =
    missing.length > 0
      ? [...missing.map(toItem)]
      : [{ label: `$(check) ${form.action}`, description: form.preview(values), done: true }];
  const filled = form.required.filter((field) => values[field.name]);
  return [
    ...items,
    { label: "Fields", kind: vscode.QuickPickItemKind.Separator },
    ...filled.map(toItem),
    ...form.optional.map(toItem),
  ];
}

function ask<F extends Field>(
  form: FieldForm<F>,
  field: F,
  values: Record<string, string>,
  skip: string | undefined,
) {
  return askField({
    form: form.title,
    field,
    value: values[field.name],
    load: form.load?.(field, values),
    explain: form.explain,
    skip,
    ...(form.prompt ? { prompt: form.prompt(field) } : {}),
  });
}

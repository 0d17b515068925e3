import * as vscode from "vscode";
import type { Field } from "../protocol";
import { checkValue, firstSentence } from "../reference";
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
  /** The values to begin with. */
  initial?: Record<string, string>;
  /** What is wrong with a typed value; what references want where absent. */
  check?: (field: F, value: string) => string | undefined;
  /** Asks for a field in a way of its own; undefined where the usual one fits. */
  own?: (field: F, value: string | undefined) => Promise<string | undefined> | undefined;
  /** How a field's value is shown; as it is where absent. */
  show?: (field: F, value: string) => string;
  /** The fields that are still needed; the required ones without a value where absent. */
  missing?: (values: Record<string, string>) => F[];
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
  const values: Record<string, string> = { ...form.initial };
  for (const field of form.required.filter(({ name }) => !values[name])) {
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
    const missing = form.missing?.(values) ?? form.required.filter((field) => !values[field.name]);
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
  const describe = (field: F): string => {
    const value = values[field.name];
    if (value === undefined) {
      if (missing.includes(field)) {
        return field.required ? "required" : "one of these is required";
      }
      return field.default ? `default ${field.default}` : "";
    }
    return form.show?.(field, value) ?? value;
  };
  const toItem = (field: F): Item<F> => ({
    label: form.prompt?.(field) ?? field.name,
    description: describe(field),
    detail: firstSentence(field.doc),
    field,
  });
  const items: Item<F>[] =
    missing.length > 0
      ? [...missing.map(toItem)]
      : [{ label: `$(check) ${form.action}`, description: form.preview(values), done: true }];
  const filled = form.required.filter((field) => values[field.name]);
  const optional = form.optional.filter((field) => !missing.includes(field));
  return [
    ...items,
    { label: "Fields", kind: vscode.QuickPickItemKind.Separator },
    ...filled.map(toItem),
    ...optional.map(toItem),
  ];
}

function ask<F extends Field>(
  form: FieldForm<F>,
  field: F,
  values: Record<string, string>,
  skip: string | undefined,
) {
  const own = form.own?.(field, values[field.name]);
  if (own) {
    return own;
  }
  return askField({
    form: form.title,
    field,
    value: values[field.name],
    load: form.load?.(field, values),
    explain: form.explain,
    skip,
    ...(form.prompt ? { prompt: form.prompt(field) } : {}),
    check: (value) => (form.check ? form.check(field, value) : checkValue(field, value)),
  });
}

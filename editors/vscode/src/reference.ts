import type { Provider, ReferenceField } from "./protocol";

/** The fields of a reference that is being put together, by name. */
export type Values = Readonly<Record<string, string>>;

/**
 * Writes a reference, its fields in the order of the provider's table. The
 * server checks it and writes it again in its canonical form.
 */
export function formatReference(provider: Provider, values: Values): string {
  const fields = provider.fields
    .filter((field) => values[field.name])
    .map((field) => ` ${field.name}=${formatValue(values[field.name] ?? "")}`);
  return `{{$${provider.name}${fields.join("")}}}`;
}

/** Writes a value bare where that is possible, else in single quotes. */
export function formatValue(value: string): string {
  return /^[^\s"'{}\\]+$/.test(value) ? value : `'${escape(value)}'`;
}

function escape(value: string): string {
  const escapes: Record<string, string> = { "\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t" };
  return value.replace(/[\\'\n\r\t]/g, (character) => escapes[character] ?? character);
}

/**
 * The fields that may be added to a reference of which the form is chosen: not
 * those of the form, nor those that only another form has. The ones that
 * most references want come first.
 */
export function optionalFields(provider: Provider, form: readonly string[]): ReferenceField[] {
  const rest = provider.fields.filter((field) => !field.required && !form.includes(field.name));
  const usual = ["key", "credential"];
  return [
    ...usual.flatMap((name) => rest.filter((field) => field.name === name)),
    ...rest.filter((field) => !usual.includes(field.name)),
  ];
}

/** What is wrong with a typed value, before the server is asked. */
export function checkValue(
  field: Pick<ReferenceField, "name" | "type" | "required">,
  value: string,
): string | undefined {
  if (value.trim() === "") {
    return field.required ? `${field.name} is required` : undefined;
  }
  if (/\{\{.*\}\}/.test(value)) {
    return undefined;
  }
  if (field.type === "integer" && !/^[1-9]\d*$/.test(value)) {
    return `${field.name} must be a whole number from 1`;
  }
  if (field.type === "url" && !/^https?:\/\/./i.test(value)) {
    return `${field.name} must be a URL that begins with https://`;
  }
  return undefined;
}

/** The first sentence of a field's documentation. */
export function firstSentence(doc: string): string {
  return /^.*?\.(?=\s+[^a-z]|\s*$)/s.exec(doc)?.[0] ?? doc;
}

import type { Method, MethodField, SecretSource } from "../protocol";
import { checkField } from "./checkField";

/**
 * What the user has chosen for the fields of a credential, by name: the text of
 * a plain field, and for a secret one of the places below. A secret itself is
 * never among them.
 */
export type Draft = Record<string, string>;

/** The places of a secret in a draft. */
export const place = {
  /** It is typed next, and goes to the keyring. */
  enter: "enter",
  env: (name: string) => `env:${name}`,
  file: (path: string) => `file:${path}`,
  /** It stays where it is. */
  keep: (source: string) => `keep:${source}`,
};

/** Where a secret is, for a person. */
export function showPlace(value: string): string {
  const [kind, rest] = split(value);
  switch (kind) {
    case "env":
      return `environment variable ${rest}`;
    case "file":
      return `file ${rest}`;
    case "keep":
      return `kept in ${rest}`;
    default:
      return "asked for next";
  }
}

/** What the server is told of a draft. */
export interface Written {
  fields: Record<string, string>;
  secrets: string[];
  sources: Record<string, SecretSource>;
  /** Secrets that were there and are left out. */
  forget: string[];
}

/** Turns a draft into what the server is told. before are the secrets that the profile has. */
export function write(method: Method, draft: Draft, before: readonly string[] = []): Written {
  const written: Written = { fields: {}, secrets: [], sources: {}, forget: [] };
  for (const { name, secret } of method.fields) {
    const value = draft[name];
    if (!value) {
      if (before.includes(name)) {
        written.forget.push(name);
      }
      continue;
    }
    if (!secret) {
      written.fields[name] = value;
      continue;
    }
    const [kind, rest] = split(value);
    if (kind === "enter") {
      written.secrets.push(name);
    } else if (kind === "env") {
      written.sources[name] = { env: rest };
    } else if (kind === "file") {
      written.sources[name] = { file: rest };
    }
  }
  return written;
}

/** The draft of a new credential: secrets that it cannot do without are asked for. */
export function newDraft(method: Method): Draft {
  return Object.fromEntries(
    method.fields.filter((field) => field.secret && field.required).map(({ name }) => [name, place.enter]),
  );
}

/** The fields that a draft still needs: required ones, and those of which one is. */
export function missingFields(
  fields: readonly MethodField[],
  oneOf: string[][],
  draft: Draft,
): MethodField[] {
  const required = fields.filter((field) => field.required && !draft[field.name]);
  const complete = oneOf.length === 0 || oneOf.some((set) => set.every((name) => draft[name]));
  const alternatives = complete ? [] : oneOf.flat();
  return [
    ...required,
    ...fields.filter((field) => !field.required && !draft[field.name] && alternatives.includes(field.name)),
  ];
}

/** Yes-or-no fields are picked from a list. */
export function withChoices(field: MethodField): MethodField {
  return field.type === "bool" ? { ...field, values: ["true", "false"] } : field;
}

/** What is wrong with the name of an environment variable. */
export function checkVariable(name: string): string | undefined {
  return /^[^=\s]+$/.test(name) ? undefined : "Give the name of a variable, without its value.";
}

/** What is wrong with the path of a file that holds a secret. */
export function checkPath(path: string): string | undefined {
  const problem = checkField({ type: "path", prompt: "The path", required: true }, path);
  const absolute = /^(?:~?[\\/]|[A-Za-z]:[\\/])/.test(path);
  return problem ?? (absolute ? undefined : "Give a whole path: /run/secrets/token or ~/token.");
}

function split(value: string): [string, string] {
  const colon = value.indexOf(":");
  return colon < 0 ? [value, ""] : [value.slice(0, colon), value.slice(colon + 1)];
}

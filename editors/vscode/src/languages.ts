/**
 * Which languages request files have, and whose they are.
 *
 * Request files are of the language `http`, which REST Client, httpYac and
 * others contribute with a grammar of their own. A grammar belongs to a
 * language for good, and of two the editor takes one without asking, so ours
 * belongs to a language of its own: files are moved there only where nobody
 * else colours `http`.
 */

/** The language of request files in every tool. */
export const sharedLanguage = "http";

/** Our language, the same files with our grammar. */
export const ownLanguage = "vault-http";

/** The languages that the server is asked about. */
export const languages: readonly string[] = [sharedLanguage, "rest", ownLanguage];

/** What of an extension matters here. */
export interface ExtensionInfo {
  id: string;
  packageJSON: unknown;
}

/** Another extension for request files. */
export interface Owner {
  id: string;
  name: string;
}

/** Extensions that show a lens of their own above requests. */
const lensOwners = ["humao.rest-client", "anweber.vscode-httpyac"];

/** The extensions, other than ours, that contribute a grammar for request files. */
export function grammarOwners(extensions: readonly ExtensionInfo[], ownId: string): Owner[] {
  return extensions
    .filter((extension) => !sameId(extension.id, ownId) && coloursSharedLanguage(extension.packageJSON))
    .map(toOwner);
}

/** The installed extensions that are known to show a lens of their own. */
export function otherLenses(extensions: readonly ExtensionInfo[]): Owner[] {
  return extensions.filter((extension) => lensOwners.some((id) => sameId(extension.id, id))).map(toOwner);
}

function toOwner(extension: ExtensionInfo): Owner {
  const { displayName } = asRecord(extension.packageJSON);
  const name = typeof displayName === "string" && !displayName.startsWith("%") ? displayName : extension.id;
  return { id: extension.id, name };
}

function coloursSharedLanguage(packageJSON: unknown): boolean {
  const { grammars } = asRecord(asRecord(packageJSON)["contributes"]);
  return (
    Array.isArray(grammars) && grammars.some((grammar) => asRecord(grammar)["language"] === sharedLanguage)
  );
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function sameId(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase();
}

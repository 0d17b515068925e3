import { plain } from "./plain";
import type { Failure } from "./protocol";

/** Error codes of the protocol that a command can end with. */
const requestCancelled = -32800;
const contentModified = -32801;
const serverCancelled = -32802;

/** What went wrong with a command of the server, as far as the user is concerned. */
export type Outcome = { kind: "cancelled" } | { kind: "changed" } | { kind: "failed"; failure: Failure };

/** Reads an error that a request to the server was rejected with. */
export function outcomeOf(error: unknown): Outcome {
  const { code, data, message } = parts(error);
  if (code === requestCancelled || code === serverCancelled) {
    return { kind: "cancelled" };
  }
  if (code === contentModified) {
    return { kind: "changed" };
  }
  if (isFailure(data)) {
    return { kind: "failed", failure: data };
  }
  return { kind: "failed", failure: { code: "failed", message: message || "the server gave no reason" } };
}

/** The failure as one sentence, without links: what, and what to do. */
export function sentence(failure: Failure): string {
  const message = plain(failure.message.charAt(0).toUpperCase() + failure.message.slice(1));
  if (!failure.hint) {
    return message;
  }
  const hint = plain(failure.hint.charAt(0).toUpperCase() + failure.hint.slice(1));
  return `${message.replace(/[.;]\s*$/, "")}. ${hint}`;
}

/** The credential that a person has to sign in with first, if that is what is missing. */
export function signInOf({ code, action }: Failure): string | undefined {
  const wanted = code === "sign-in-needed" && action?.command === "vault-lsp.loginCredential";
  return wanted ? action.arguments[0].name : undefined;
}

function parts(error: unknown): { code?: unknown; data?: unknown; message: string } {
  if (typeof error !== "object" || error === null) {
    return { message: String(error) };
  }
  const { code, data, message } = error as { code?: unknown; data?: unknown; message?: unknown };
  return { code, data, message: typeof message === "string" ? message : "" };
}

function isFailure(data: unknown): data is Failure {
  if (typeof data !== "object" || data === null) {
    return false;
  }
  const { code, message } = data as Record<string, unknown>;
  return typeof code === "string" && typeof message === "string";
}

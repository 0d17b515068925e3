import * as vscode from "vscode";
import { outcomeOf, sentence, signInOf } from "./failure";
import { plain } from "./plain";
import { executeWithProgress } from "./progress";
import type { Failure, Question } from "./protocol";
import { giveSecret } from "./secretInput";
import type { Server } from "./server";

/** How often a refused answer may be given again. */
const tries = 3;

export interface EntryOptions {
  /**
   * Called with true before a prompt opens, which closes any other input, and
   * with false after it has closed.
   */
  onPrompt?: (open: boolean) => void;
  /** Offers to sign in where that is what is missing. The server itself asks when it sends. */
  offerSignIn?: boolean;
}

/**
 * Carries something out that may need the user first: the passphrase of a
 * locked vault, an MFA code, a sign-in. Asks for it, gives it to the server's
 * command, and tries once more. A user who gives nothing gets the error.
 */
export async function withEntry<T>(
  server: Server,
  attempt: () => Promise<T>,
  { onPrompt = () => undefined, offerSignIn = false }: EntryOptions = {},
): Promise<T> {
  for (let left = tries; ; left -= 1) {
    try {
      return await attempt();
    } catch (error) {
      const outcome = outcomeOf(error);
      if (outcome.kind !== "failed" || left === 0) {
        throw error;
      }
      const { failure } = outcome;
      onPrompt(true);
      const entered = await enter(failure);
      const signedIn = !entered && offerSignIn && (await offer(server, failure));
      onPrompt(false);
      if (!entered && !signedIn) {
        throw error;
      }
    }
  }
}

/** Asks for everything that a failure names, and gives it to its command. */
async function enter(failure: Failure): Promise<boolean> {
  const { needs = [], prompts = [], input = [], questions = [], code, message } = failure;
  if (input.length === 0) {
    return false;
  }
  const title = questions.length > 0 ? "Send" : code === "locked" ? "Unlock" : "Sign In";
  for (const [i, command] of input.entries()) {
    const question = questions[i] ?? { title: prompts[i] ?? needs[i] ?? "Secret", hidden: true };
    if (!(await enterOne(title, question, message, command))) {
      return false;
    }
  }
  return true;
}

function ask(title: string, question: Question, about: string): Thenable<string | undefined> {
  const shared = { title: `${title} · ${question.title}`, ignoreFocusOut: true };
  if (question.choices?.length) {
    return vscode.window.showQuickPick(question.choices, { ...shared, placeHolder: question.title });
  }
  return vscode.window.showInputBox({
    ...shared,
    prompt: plain(`${about.charAt(0).toUpperCase()}${about.slice(1)}.`),
    placeHolder: question.title,
    password: question.hidden,
    ...(question.default === undefined ? {} : { value: question.default }),
  });
}

async function enterOne(title: string, question: Question, why: string, command: string[]): Promise<boolean> {
  let about = why;
  for (let left = tries; left > 0; left -= 1) {
    const value = await ask(title, question, about);
    if (!value) {
      return false;
    }
    try {
      await giveSecret(command, value);
      return true;
    } catch (error) {
      about = error instanceof Error ? error.message : String(error);
    }
  }
  void vscode.window.showErrorMessage(plain(about));
  return false;
}

/** Offers to sign in, if that is what a failure is about; true if the user has. */
async function offer(server: Server, failure: Failure): Promise<boolean> {
  const name = signInOf(failure);
  if (name === undefined) {
    return false;
  }
  const signIn = "Sign In";
  if ((await vscode.window.showWarningMessage(sentence(failure), signIn)) !== signIn) {
    return false;
  }
  await withEntry(server, () =>
    executeWithProgress(server, `Signing in with ${name}`, "vault-lsp.loginCredential", { name }),
  );
  return true;
}

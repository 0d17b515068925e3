import * as vscode from "vscode";
import { outcomeOf } from "../failure";
import { executeWithProgress } from "../progress";
import { NoServerError } from "../server";
import { withEntry } from "../entry";
import { requestEditor, tell, trusted, type CommandContext } from "./context";

/** Sends every request of a document in order and shows what became of each. */
export async function sendAll(context: CommandContext, argument: unknown): Promise<void> {
  const uri = uriOf(argument) ?? requestEditor()?.document.uri.toString();
  if (uri === undefined || !(await trusted())) {
    return;
  }
  const title = vscode.Uri.parse(uri, true).path.split("/").at(-1) ?? uri;
  const sent = { all: uri };
  context.view.showSending(sent, `Sending all requests of ${title}`);
  try {
    const result = await withEntry(context.server, () =>
      executeWithProgress(context.server, `Sending ${title}`, "vault-lsp.sendAll", { uri }),
    );
    context.view.showAll(sent, title, result);
  } catch (error) {
    const outcome = outcomeOf(error);
    if (error instanceof NoServerError || outcome.kind !== "failed") {
      context.view.forgetSending();
      tell(error);
      return;
    }
    context.view.showFailure(sent, title, outcome.failure);
  }
}

function uriOf(argument: unknown): string | undefined {
  if (typeof argument !== "object" || argument === null || argument instanceof vscode.Uri) {
    return undefined;
  }
  return "uri" in argument && typeof argument.uri === "string" ? argument.uri : undefined;
}

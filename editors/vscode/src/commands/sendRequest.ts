import * as vscode from "vscode";
import { outcomeOf } from "../failure";
import { current, seen, type SeenPlace } from "../place";
import { executeWithProgress } from "../progress";
import { NoServerError } from "../server";
import { withEntry } from "../entry";
import { requestEditor, tell, trusted, type CommandContext } from "./context";

/**
 * Sends one request and shows the response: the one that a lens or the response
 * page names, else the one at the cursor.
 */
export async function sendRequest(context: CommandContext, argument: unknown): Promise<void> {
  const place = placeOf(argument) ?? placeAtCursor();
  if (!place || !(await trusted())) {
    return;
  }
  const title = describe(place);
  const sent = { place };
  context.view.showSending(sent, `Sending ${title}`);
  try {
    const response = await withEntry(context.server, () =>
      executeWithProgress(context.server, `Sending ${title}`, "vault-lsp.sendRequest", current(place)),
    );
    context.view.showResponse(sent, response);
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

/** The argument of a lens or of the response page; the editor's own buttons give other things. */
function placeOf(argument: unknown): SeenPlace | undefined {
  if (typeof argument !== "object" || argument === null || argument instanceof vscode.Uri) {
    return undefined;
  }
  return "uri" in argument && typeof argument.uri === "string" ? (argument as SeenPlace) : undefined;
}

function placeAtCursor(): SeenPlace | undefined {
  const editor = requestEditor();
  if (!editor) {
    return undefined;
  }
  const { line, character } = editor.selection.active;
  const { uri, version } = editor.document;
  return seen(editor.document, { uri: uri.toString(), version, position: { line, character } });
}

function describe({ uri, position, name }: SeenPlace): string {
  const file = vscode.Uri.parse(uri, true).path.split("/").at(-1) ?? uri;
  return name ?? (position ? `${file}:${position.line + 1}` : file);
}

import * as vscode from "vscode";
import type { RequestPlace } from "./protocol";

/** A request as the user saw it: its place, and the text of the line there. */
export interface SeenPlace extends RequestPlace {
  line?: string;
}

/** Adds the text of the line at a place to it. */
export function seen(document: vscode.TextDocument, place: RequestPlace): SeenPlace {
  const { position } = place;
  if (!position || position.line >= document.lineCount) {
    return place;
  }
  return { ...place, line: document.lineAt(position.line).text };
}

/**
 * The place as the server is asked for it. The server refuses a place in an
 * older version of the file, because another request may be there by now. An
 * edit elsewhere does no harm, though: where the line is still what the user
 * saw, the request is meant as it is now.
 */
export function current({ line, ...place }: SeenPlace): RequestPlace {
  const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === place.uri);
  const { position } = place;
  if (!document || !position || place.version === document.version || position.line >= document.lineCount) {
    return place;
  }
  return document.lineAt(position.line).text === line ? { ...place, version: document.version } : place;
}

import * as vscode from "vscode";
import { languages } from "./languages";

/**
 * The editor whose requests are meant: the active one, or, while the response
 * has the focus, the one beside it.
 */
export function activeRequestEditor(): vscode.TextEditor | undefined {
  const { activeTextEditor, visibleTextEditors } = vscode.window;
  const candidates = activeTextEditor ? [activeTextEditor] : visibleTextEditors;
  return candidates.find((editor) => languages.includes(editor.document.languageId));
}

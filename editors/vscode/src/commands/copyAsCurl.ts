import * as vscode from "vscode";
import { withEntry } from "../entry";
import { requestEditor, trusted, type CommandContext } from "./context";

/**
 * Copies the request at the cursor as a curl command. References stay
 * references, unless reveal is set: then the server asks the user first.
 */
export async function copyAsCurl({ server }: CommandContext, reveal: boolean): Promise<void> {
  const editor = requestEditor();
  if (!editor || (reveal && !(await trusted()))) {
    return;
  }
  const { line, character } = editor.selection.active;
  const uri = editor.document.uri.toString();
  const argument = { uri, position: { line, character }, ...(reveal ? { reveal } : {}) };
  const { text } = await withEntry(server, () => server.execute("vault-lsp.copyAsCurl", argument));
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage("$(clippy) Copied as cURL", 4000);
}

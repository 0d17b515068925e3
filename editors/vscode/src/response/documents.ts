import * as vscode from "vscode";
import { bodyLanguage } from "./body";

const scheme = "vault-lsp-response";

/** How many bodies are kept for editors that show them. */
const kept = 20;

/** Read-only documents that show the masked body of a response in an editor. */
export class BodyDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly bodies = new Map<string, string>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  private opened = 0;

  /** Opens a body beside the active editor, in the language of its media type. */
  async open(text: string, mediaType: string): Promise<void> {
    this.opened += 1;
    const uri = vscode.Uri.from({ scheme, path: `/Response ${this.opened}` });
    this.bodies.set(uri.path, text);
    for (const path of [...this.bodies.keys()].slice(0, -kept)) {
      this.bodies.delete(path);
    }
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.languages.setTextDocumentLanguage(document, bodyLanguage(mediaType, text));
    await vscode.window.showTextDocument(document, { preview: false });
  }

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.bodies.get(uri.path) ?? "This response is no longer kept. Send the request again.";
  }

  dispose(): void {
    this.registration.dispose();
    this.bodies.clear();
  }
}

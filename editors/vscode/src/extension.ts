import * as vscode from "vscode";
import { section } from "./client";
import { registerCommands } from "./commands";
import { CredentialStatus } from "./credentialStatus";
import { EnvironmentStatus } from "./environment";
import { languages } from "./languages";
import { BodyDocuments } from "./response/documents";
import { ResponseView } from "./response/view";
import { Server } from "./server";
import { colourDocuments, offerToHideLens } from "./syntax";

/** Starts the server and puts the extension's commands in place. */
export function activate(context: vscode.ExtensionContext): void {
  const output = vscode.window.createOutputChannel("Vault LSP", { log: true });
  const server = new Server(context.extensionPath, output);
  const documents = new BodyDocuments();
  const view = new ResponseView(context.extensionUri, documents, {
    sendAgain: (place) => void vscode.commands.executeCommand("vaultLsp.sendRequest", place),
    sendAllAgain: (uri) => void vscode.commands.executeCommand("vaultLsp.sendAll", { uri }),
  });
  const environment = new EnvironmentStatus(server, context.workspaceState);
  const credentials = new CredentialStatus(server);
  context.subscriptions.push(
    output,
    server,
    documents,
    view,
    environment,
    credentials,
    registerCommands({ server, view, environment, credentials }),
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${section}.serverPath`)) {
        void server.restart();
      }
      if (event.affectsConfiguration(`${section}.codeLens`)) {
        server.refreshLenses();
      }
    }),
  );
  // Menus and keys ask for it: package.json cannot name a list itself.
  void vscode.commands.executeCommand("setContext", "vaultLsp.languages", languages);
  colourDocuments(context);
  void server.start();
  void offerToHideLens(context);
}

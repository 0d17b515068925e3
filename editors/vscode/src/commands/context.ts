import * as vscode from "vscode";
import type { CredentialStatus } from "../credentialStatus";
import type { EnvironmentStatus } from "../environment";
import { outcomeOf, sentence } from "../failure";
import { activeRequestEditor } from "../editors";
import type { ResponseView } from "../response/view";
import { NoServerError, type Server } from "../server";

/** What the commands work with. */
export interface CommandContext {
  server: Server;
  view: ResponseView;
  environment: EnvironmentStatus;
  credentials: CredentialStatus;
}

/** The active editor, if it shows a request file; says so if it does not. */
export function requestEditor(): vscode.TextEditor | undefined {
  const editor = activeRequestEditor();
  if (editor) {
    return editor;
  }
  void vscode.window.showInformationMessage("Open a .http or .rest file first.");
  return undefined;
}

/**
 * Whether requests may be sent and vaults asked here. A request file of a
 * folder that the user does not trust may be read, not run.
 */
export async function trusted(): Promise<boolean> {
  if (vscode.workspace.isTrusted) {
    return true;
  }
  const manage = "Manage Trust";
  const chosen = await vscode.window.showWarningMessage(
    "Vault LSP sends requests and asks vaults in trusted workspaces only.",
    manage,
  );
  if (chosen === manage) {
    await vscode.commands.executeCommand("workbench.trust.manage");
  }
  return vscode.workspace.isTrusted;
}

/** Tells the user why a command was not carried out. What the user cancelled needs no message. */
export function tell(error: unknown): void {
  if (error instanceof NoServerError) {
    return;
  }
  const outcome = outcomeOf(error);
  switch (outcome.kind) {
    case "cancelled":
      return;
    case "changed":
      void vscode.window.showInformationMessage("The file changed in the meantime. Try again.");
      return;
    case "failed":
      void vscode.window.showErrorMessage(sentence(outcome.failure));
  }
}

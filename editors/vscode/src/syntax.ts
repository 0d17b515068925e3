import * as vscode from "vscode";
import { section } from "./client";
import { grammarOwners, otherLenses, ownLanguage, sharedLanguage, type Owner } from "./languages";

const lensAnswered = "lensOffer.answered";

/**
 * Gives request files our grammar where no other extension colours them, and
 * leaves them to the other one where there is one; see languages.ts.
 */
export function colourDocuments(context: vscode.ExtensionContext): void {
  const apply = (document: vscode.TextDocument) => {
    const taken = grammarOwners(vscode.extensions.all, context.extension.id).length > 0;
    const [from, to] = taken ? [ownLanguage, sharedLanguage] : [sharedLanguage, ownLanguage];
    if (document.languageId === from) {
      void vscode.languages.setTextDocumentLanguage(document, to);
    }
  };
  const applyAll = () => vscode.workspace.textDocuments.forEach(apply);
  context.subscriptions.push(
    vscode.workspace.onDidOpenTextDocument(apply),
    vscode.extensions.onDidChange(applyAll),
  );
  applyAll();
}

/**
 * Asks, once, whether our lens shall go where another extension shows one too.
 */
export async function offerToHideLens(context: vscode.ExtensionContext): Promise<void> {
  const owners = otherLenses(vscode.extensions.all);
  if (owners.length === 0 || context.globalState.get<boolean>(lensAnswered, false)) {
    return;
  }
  // Before the question: in a second window it would be asked again.
  await context.globalState.update(lensAnswered, true);
  const hide = "Hide Vault LSP's";
  const chosen = await vscode.window.showInformationMessage(question(owners), hide, "Keep Both");
  if (chosen === hide) {
    await vscode.workspace
      .getConfiguration(section)
      .update("codeLens", false, vscode.ConfigurationTarget.Global);
  }
}

function question(owners: readonly Owner[]): string {
  const names = owners.map((owner) => owner.name).join(" and ");
  return `${names} shows a send lens above requests too. Show both, or only the other one? Vault LSP still sends by command, button and key.`;
}

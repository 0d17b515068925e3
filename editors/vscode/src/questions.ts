import * as vscode from "vscode";
import {
  MessageType,
  ShowMessageRequest,
  type LanguageClient,
  type MessageActionItem,
} from "vscode-languageclient/node";
import { plain } from "./plain";

/**
 * Shows the server's questions as dialogs. Most ask whether a secret may be
 * sent somewhere or shown: a notification in a corner, which goes away by
 * itself, would deny without the user having seen it.
 */
export function askInDialogs(client: LanguageClient): vscode.Disposable {
  return client.onRequest(ShowMessageRequest.type, async ({ type, message, actions = [] }) => {
    const [title = "", ...rest] = message.split("\n");
    // What only tells something, such as where a browser has to go, waits in the corner.
    const modal = type !== MessageType.Info;
    const options: vscode.MessageOptions = modal ? { modal, detail: rest.join("\n") } : {};
    const chosen = await ask(type)(plain(title), options, ...actions.map(toItem));
    return chosen?.action ?? null;
  });
}

type Item = vscode.MessageItem & { action: MessageActionItem };

function toItem(action: MessageActionItem): Item {
  return {
    title: action.title,
    isCloseAffordance: action.title === "Deny" || action.title === "Cancel",
    action,
  };
}

function ask(
  type: MessageType,
): (title: string, options: vscode.MessageOptions, ...items: Item[]) => Thenable<Item | undefined> {
  switch (type) {
    case MessageType.Error:
      return vscode.window.showErrorMessage;
    case MessageType.Warning:
      return vscode.window.showWarningMessage;
    default:
      return vscode.window.showInformationMessage;
  }
}

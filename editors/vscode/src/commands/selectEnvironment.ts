import * as vscode from "vscode";
import { requestEditor, type CommandContext } from "./context";

/** Lets the user choose the environment of the active request file. */
export async function selectEnvironment({ environment }: CommandContext): Promise<void> {
  const document = requestEditor()?.document;
  if (!document) {
    return;
  }
  const { environments, selected } = await environment.list(document);
  if (environments.length === 0) {
    void vscode.window.showInformationMessage(
      "There are no environments. Add http-client.env.json beside the file.",
    );
    return;
  }
  const items = ["", ...environments].map((name) => ({
    name,
    label: name || "No Environment",
    ...(name === selected ? { description: "selected" } : {}),
  }));
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Select Environment",
    placeHolder: "Where do the variables of this file come from?",
  });
  if (chosen) {
    await environment.select(document, chosen.name);
  }
}

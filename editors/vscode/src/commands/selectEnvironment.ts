import * as vscode from "vscode";
import { requestEditor, type CommandContext } from "./context";

/**
 * Selects the environment of the active request file: the one that an action
 * names, else one that the user chooses.
 */
export async function selectEnvironment({ environment }: CommandContext, argument: unknown): Promise<void> {
  const document = requestEditor()?.document;
  if (!document) {
    return;
  }
  if (typeof argument === "object" && argument !== null && "environment" in argument) {
    await environment.select(document, String(argument.environment));
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

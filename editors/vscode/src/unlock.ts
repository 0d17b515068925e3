import * as vscode from "vscode";
import { outcomeOf, sentence, unlockCommand } from "./failure";
import { giveSecret } from "./secretInput";

/**
 * Carries something out that may need a locked vault. If it does, asks for the
 * passphrase, gives it to the server's command, and tries once more. A user who
 * gives no passphrase gets the first error.
 */
export async function withUnlock<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const outcome = outcomeOf(error);
    const command = outcome.kind === "failed" ? unlockCommand(outcome.failure) : undefined;
    if (outcome.kind !== "failed" || !command) {
      throw error;
    }
    const passphrase = await vscode.window.showInputBox({
      title: "Unlock the Local Vault",
      prompt: sentence({ ...outcome.failure, hint: "" }),
      placeHolder: "Passphrase",
      password: true,
      ignoreFocusOut: true,
    });
    if (!passphrase) {
      throw error;
    }
    await giveSecret(command, passphrase);
    return attempt();
  }
}

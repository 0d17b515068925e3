import * as vscode from "vscode";
import { outcomeOf, unlockCommand } from "./failure";
import { giveSecret } from "./secretInput";

/**
 * Carries something out that may need a locked vault. If it does, asks for the
 * passphrase, gives it to the server's command, and tries once more. A user who
 * gives no passphrase gets the first error.
 *
 * onPrompt is called with true before the prompt opens, which closes any other
 * input, and with false after it has closed.
 */
export async function withUnlock<T>(
  attempt: () => Promise<T>,
  onPrompt: (open: boolean) => void = () => undefined,
): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    const outcome = outcomeOf(error);
    const command = outcome.kind === "failed" ? unlockCommand(outcome.failure) : undefined;
    if (outcome.kind !== "failed" || !command) {
      throw error;
    }
    onPrompt(true);
    const passphrase = await vscode.window.showInputBox({
      title: "Unlock the Local Vault",
      prompt: "The vault on this machine is locked. The server keeps the passphrase in memory until it ends.",
      placeHolder: "Passphrase",
      password: true,
      ignoreFocusOut: true,
    });
    onPrompt(false);
    if (!passphrase) {
      throw error;
    }
    await giveSecret(command, passphrase);
    return attempt();
  }
}

import * as vscode from "vscode";
import type { LanguageClient } from "vscode-languageclient/node";
import { plain } from "./plain";
import type { Commands, DeviceCode } from "./protocol";

type Cancel = (argument: Commands["vault-lsp.cancelSignIn"][0]) => Promise<unknown>;

/** Shows the codes that the server wants to be entered in a browser, until it says that they have been. */
export function showDeviceCodes(client: LanguageClient, cancel: Cancel): vscode.Disposable {
  const shown = new Map<string, CodePrompt>();
  return client.onNotification("vault-lsp/deviceCode", (message: DeviceCode) => {
    shown.get(message.name)?.end();
    shown.delete(message.name);
    if (!message.done) {
      const prompt = new CodePrompt(message, () => cancel({ name: message.name }));
      shown.set(message.name, prompt);
      prompt.show();
    }
  });
}

type Item = vscode.QuickPickItem & { run: () => unknown };

/** One code. Closing it asks whether the sign-in goes on. */
class CodePrompt {
  private readonly pick = vscode.window.createQuickPick<Item>();
  private state: "shown" | "ended" = "shown";

  constructor(
    private readonly message: DeviceCode,
    private readonly cancel: () => Promise<unknown>,
  ) {
    const { title = message.name, code = "", url = "", complete = url } = message;
    const open = () => vscode.env.openExternal(vscode.Uri.parse(complete, true));
    const copy = () => vscode.env.clipboard.writeText(code);
    this.pick.title = `Sign in with ${title}`;
    this.pick.placeholder = `Enter the code ${code} at ${url}`;
    this.pick.ignoreFocusOut = true;
    this.pick.items = [
      {
        label: "$(link-external) Copy the Code and Open the Browser",
        description: code,
        run: async () => {
          await copy();
          await open();
        },
      },
      { label: "$(copy) Copy the Code", description: code, run: copy },
      { label: "$(close) Cancel the Sign-In", run: this.cancel },
    ];
    this.pick.onDidAccept(() => void this.pick.selectedItems[0]?.run());
    this.pick.onDidHide(() => void this.hidden());
  }

  show(): void {
    this.pick.show();
  }

  end(): void {
    this.state = "ended";
    this.pick.dispose();
  }

  private hasEnded(): boolean {
    return this.state === "ended";
  }

  private async hidden(): Promise<void> {
    if (this.hasEnded()) {
      return;
    }
    const { code = "", url = "", title = this.message.name } = this.message;
    const again = "Show Again";
    const cancel = "Cancel Sign-In";
    const chosen = await vscode.window.showInformationMessage(
      plain(`The sign-in with ${title} waits for the code ${code} at ${url}.`),
      again,
      cancel,
    );
    if (this.hasEnded()) {
      return;
    }
    if (chosen === again) {
      this.show();
    } else if (chosen === cancel) {
      await this.cancel();
    }
  }
}

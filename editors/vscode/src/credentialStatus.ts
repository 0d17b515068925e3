import * as vscode from "vscode";
import { describeExpiry, endsSoon } from "./expiry";
import { outcomeOf } from "./failure";
import { languages } from "./languages";
import type { Credential } from "./protocol";
import type { Server } from "./server";

/** How often the time that is left is shown anew, in milliseconds. */
const interval = 60_000;

/**
 * The credentials in the status of request files: who is signed in, and for how
 * long. A sign-in of a person that has ended shows as a warning.
 */
export class CredentialStatus implements vscode.Disposable {
  private readonly item = vscode.languages.createLanguageStatusItem(
    "vaultLsp.credentials",
    languages.map((language) => ({ language })),
  );
  private readonly disposables: { dispose(): unknown }[];
  private readonly timer = setInterval(() => void this.refresh(), interval);

  constructor(private readonly server: Server) {
    this.item.name = "Vault LSP Credentials";
    this.item.text = "Credentials";
    this.item.command = { command: "vaultLsp.manageCredentials", title: "Manage" };
    this.disposables = [this.item, server.onDidStart(() => void this.refresh())];
  }

  /** Asks the server again, which asks no vault, and shows what it says. */
  async refresh(): Promise<void> {
    if (!this.server.isRunning) {
      return;
    }
    try {
      this.show(await this.server.execute("vault-lsp.listCredentials", {}));
    } catch (error) {
      this.server.output.debug(`listing credentials: ${JSON.stringify(outcomeOf(error))}`);
    }
  }

  /** Removes a profile from the configuration. */
  async removed(name: string): Promise<void> {
    await this.server.execute("vault-lsp.removeCredential", { name });
    void this.refresh();
  }

  dispose(): void {
    clearInterval(this.timer);
    this.disposables.forEach((disposable) => void disposable.dispose());
  }

  private show(credentials: Credential[]): void {
    const now = new Date();
    const ended = credentials.filter(
      ({ signIn, identity, expires }) => signIn && identity !== undefined && endsSoon(expires, now),
    );
    this.item.severity =
      ended.length > 0 ? vscode.LanguageStatusSeverity.Warning : vscode.LanguageStatusSeverity.Information;
    this.item.text =
      ended.length > 0 ? `Sign in again: ${ended.map(({ name }) => name).join(", ")}` : count(credentials);
    this.item.detail = credentials
      .filter(({ identity }) => identity)
      .map(({ name, identity = "", expires }) =>
        [`${name}: ${identity}`, describeExpiry(expires, now)].filter(Boolean).join(" "),
      )
      .join("; ");
  }
}

function count(credentials: Credential[]): string {
  return credentials.length === 1 ? "1 credential" : `${credentials.length} credentials`;
}

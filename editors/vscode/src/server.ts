import * as vscode from "vscode";
import { ExecuteCommandRequest, State, type LanguageClient } from "vscode-languageclient/node";
import { createClient, section } from "./client";
import { showDeviceCodes } from "./deviceCode";
import type { CommandName, Commands } from "./protocol";
import { askInDialogs } from "./questions";
import { findServer } from "./serverPath";

/** A command was called while there is no server; the user has been told why. */
export class NoServerError extends Error {
  constructor() {
    super("the server is not running");
  }
}

/** The server's process and the connection to it. */
export class Server implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private starting: Promise<LanguageClient | undefined> | undefined;
  private readonly started = new vscode.EventEmitter<void>();

  /** Fires whenever the server has been started, also after a crash. */
  readonly onDidStart = this.started.event;

  constructor(
    private readonly extensionFolder: string,
    readonly output: vscode.LogOutputChannel,
  ) {}

  /** Starts the server unless it is there; gives undefined if that is not possible. */
  start(): Promise<LanguageClient | undefined> {
    this.starting ??= this.launch();
    return this.starting;
  }

  get isRunning(): boolean {
    return this.client?.isRunning() ?? false;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.starting?.catch(() => undefined);
    const { client } = this;
    this.client = undefined;
    this.starting = undefined;
    try {
      await client?.dispose();
    } catch (error) {
      // A server that is gone or does not answer is what a restart is for.
      this.output.warn(`stopping the server: ${String(error)}`);
    }
  }

  /** Carries out a command of the server. Rejects with the server's error. */
  async execute<N extends CommandName>(
    command: N,
    argument: Commands[N][0],
    options: { token?: vscode.CancellationToken; workDoneToken?: string } = {},
  ): Promise<Commands[N][1]> {
    const client = await this.start();
    if (!client) {
      throw new NoServerError();
    }
    const params = {
      command,
      arguments: [argument],
      ...(options.workDoneToken === undefined ? {} : { workDoneToken: options.workDoneToken }),
    };
    const answer: unknown = await client.sendRequest(ExecuteCommandRequest.type, params, options.token);
    return answer as Commands[N][1];
  }

  /** Lets the lenses be asked for again. */
  refreshLenses(): void {
    const feature = this.client?.getFeature("textDocument/codeLens");
    for (const document of vscode.workspace.textDocuments) {
      feature?.getProvider(document)?.onDidChangeCodeLensEmitter.fire();
    }
  }

  dispose(): void {
    void this.stop();
    this.started.dispose();
  }

  private async launch(): Promise<LanguageClient | undefined> {
    const found = findServer({
      setting: vscode.workspace.getConfiguration(section).get<string>("serverPath", ""),
      extensionFolder: this.extensionFolder,
      searchPath: process.env["PATH"],
      platform: process.platform,
    });
    if ("missing" in found) {
      this.starting = undefined;
      await this.tellMissing(found.missing);
      return undefined;
    }
    this.output.info(`starting ${found.path}`);
    const client = createClient({
      program: found.path,
      output: this.output,
      onGivenUp: () => void this.giveUp(),
    });
    this.client = client;
    askInDialogs(client);
    showDeviceCodes(client, (argument) => this.execute("vault-lsp.cancelSignIn", argument));
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.started.fire();
      }
    });
    try {
      await client.start();
      return client;
    } catch (error) {
      this.client = undefined;
      this.starting = undefined;
      this.output.error(`starting ${found.path}: ${String(error)}`);
      await this.offer(`Vault LSP could not start ${found.path}.`, { retry: true });
      return undefined;
    }
  }

  private async giveUp(): Promise<void> {
    this.client = undefined;
    this.starting = undefined;
    await this.offer("The Vault LSP server ended several times and is not started again.", { retry: true });
  }

  private async tellMissing(message: string): Promise<void> {
    this.output.error(message);
    const settings = "Open Settings";
    const chosen = await vscode.window.showErrorMessage(`Vault LSP: ${message}`, settings);
    if (chosen === settings) {
      await vscode.commands.executeCommand("workbench.action.openSettings", `${section}.serverPath`);
    }
  }

  private async offer(message: string, { retry }: { retry: boolean }): Promise<void> {
    const again = "Start Again";
    const output = "Show Output";
    const chosen = await vscode.window.showErrorMessage(message, ...(retry ? [again, output] : [output]));
    if (chosen === again) {
      await this.restart();
    } else if (chosen === output) {
      this.output.show();
    }
  }
}

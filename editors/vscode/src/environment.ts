import * as vscode from "vscode";
import { activeRequestEditor } from "./editors";
import { outcomeOf } from "./failure";
import type { EnvironmentList } from "./protocol";
import type { Server } from "./server";

/** Keeps the selected environments of folders over restarts. */
const memoryKey = "environments";

/**
 * The environment of the active request file, in the status bar. The server
 * forgets the selection when it ends, so it is remembered here, in the
 * workspace's own state.
 */
export class EnvironmentStatus implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem(
    "vaultLsp.environment",
    vscode.StatusBarAlignment.Right,
    100,
  );
  private readonly disposables: { dispose(): unknown }[];
  /** Folders whose remembered environment this server has been told. */
  private readonly restored = new Set<string>();
  private latest = 0;

  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
  ) {
    this.item.name = "Vault LSP Environment";
    this.item.command = "vaultLsp.selectEnvironment";
    const watcher = vscode.workspace.createFileSystemWatcher("**/http-client*.env.json*");
    const refresh = () => {
      void this.refresh();
    };
    this.disposables = [
      this.item,
      watcher,
      watcher.onDidChange(refresh),
      watcher.onDidCreate(refresh),
      watcher.onDidDelete(refresh),
      vscode.window.onDidChangeActiveTextEditor(refresh),
      vscode.workspace.onDidOpenTextDocument(refresh),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("vaultLsp.environment")) {
          refresh();
        }
      }),
      server.onDidStart(() => {
        this.restored.clear();
        refresh();
      }),
    ];
  }

  /** Asks the server again and shows what it says. */
  async refresh(): Promise<void> {
    this.latest += 1;
    const turn = this.latest;
    const document = activeRequestEditor()?.document;
    if (!document) {
      this.item.hide();
      return;
    }
    try {
      const list = await this.restore(document, await this.list(document));
      if (turn === this.latest) {
        this.show(list);
      }
    } catch (error) {
      // The item is not worth a message; the commands say what is wrong.
      this.server.output.debug(`listing environments: ${JSON.stringify(outcomeOf(error))}`);
      if (turn === this.latest) {
        this.item.hide();
      }
    }
  }

  /** Selects an environment for the document's folder and remembers it. */
  async select(document: vscode.TextDocument, environment: string): Promise<void> {
    const list = await this.server.execute("vault-lsp.selectEnvironment", {
      uri: document.uri.toString(),
      environment,
    });
    await this.memory.update(memoryKey, { ...this.remembered(), [folderOf(document)]: environment });
    this.show(list);
  }

  list(document: vscode.TextDocument): Promise<EnvironmentList> {
    return this.server.execute("vault-lsp.listEnvironments", { uri: document.uri.toString() });
  }

  dispose(): void {
    this.disposables.forEach((disposable) => void disposable.dispose());
  }

  private async restore(document: vscode.TextDocument, list: EnvironmentList): Promise<EnvironmentList> {
    const folder = folderOf(document);
    const wanted = this.remembered()[folder];
    if (wanted === undefined || this.restored.has(folder)) {
      return list;
    }
    this.restored.add(folder);
    if (wanted === list.selected || (wanted !== "" && !list.environments.includes(wanted))) {
      return list;
    }
    return this.server.execute("vault-lsp.selectEnvironment", {
      uri: document.uri.toString(),
      environment: wanted,
    });
  }

  private remembered(): Record<string, string> {
    return this.memory.get<Record<string, string>>(memoryKey, {});
  }

  private show({ selected, environments }: EnvironmentList): void {
    this.item.text = `$(server-environment) ${selected || "No Environment"}`;
    this.item.tooltip = environments.length
      ? "Environment of http-client.env.json; click to change"
      : "No http-client.env.json applies to this file";
    this.item.accessibilityInformation = { label: `Environment: ${selected || "none"}` };
    this.item.show();
  }
}

function folderOf(document: vscode.TextDocument): string {
  return (vscode.workspace.getWorkspaceFolder(document.uri)?.uri ?? document.uri).toString();
}

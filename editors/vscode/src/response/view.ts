import * as vscode from "vscode";
import type { SeenPlace } from "../place";
import type { Failure, Response, SendAllResult } from "../protocol";
import { bodyText } from "./body";
import type { BodyDocuments } from "./documents";
import { renderPage, type Content } from "./page";

/** What the buttons of the page ask for. */
export interface ResponseActions {
  /** Sends what the page shows once more. */
  sendAgain(place: SeenPlace): void;
  sendAllAgain(uri: string): void;
}

/** What was sent: one request, or all of a document. */
export type Sent = { place: SeenPlace } | { all: string };

/**
 * The one tab that shows responses, beside the request file. It is made when
 * something is sent, keeps its place when it is moved, and takes no focus.
 */
export class ResponseView implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private content: Content | undefined;
  private sent: Sent | undefined;

  constructor(
    private readonly extensionUri: vscode.Uri,
    private readonly documents: BodyDocuments,
    private readonly actions: ResponseActions,
  ) {}

  showSending(sent: Sent, title: string): void {
    this.show(sent, { kind: "sending", title }, "Sending…");
  }

  showResponse(sent: Sent, response: Response): void {
    this.show(
      sent,
      { kind: "response", response },
      `${response.status} ${response.request.method} ${pathOf(response.request.url)}`,
    );
  }

  showFailure(sent: Sent, title: string, failure: Failure): void {
    this.show(sent, { kind: "failure", title, failure }, "Not sent");
  }

  showAll(sent: Sent, title: string, result: SendAllResult): void {
    this.show(sent, { kind: "all", title, result }, `Responses of ${title}`);
  }

  /** Goes back to what was shown before showSending, after a cancelled send. */
  forgetSending(): void {
    if (this.content?.kind === "sending") {
      this.panel?.dispose();
    }
  }

  dispose(): void {
    this.panel?.dispose();
  }

  private show(sent: Sent, content: Content, title: string): void {
    this.sent = sent;
    this.content = content;
    if (this.panel) {
      this.panel.reveal(undefined, true);
    } else {
      this.panel = this.createPanel();
    }
    const { webview } = this.panel;
    const media = (name: string) =>
      webview.asWebviewUri(vscode.Uri.joinPath(this.extensionUri, "media", name)).toString();
    this.panel.title = title;
    webview.html = renderPage(content, {
      cspSource: webview.cspSource,
      style: media("response.css"),
      script: media("response.js"),
    });
  }

  private createPanel(): vscode.WebviewPanel {
    const panel = vscode.window.createWebviewPanel(
      "vaultLsp.response",
      "Response",
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      {
        enableScripts: true,
        enableFindWidget: true,
        enableCommandUris: false,
        enableForms: false,
        localResourceRoots: [vscode.Uri.joinPath(this.extensionUri, "media")],
      },
    );
    panel.webview.onDidReceiveMessage((message: unknown) => this.act(actionOf(message)));
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.content = undefined;
      this.sent = undefined;
    });
    return panel;
  }

  private act(action: string | undefined): void {
    switch (action) {
      case "copyBody":
        if (this.content?.kind === "response") {
          void vscode.env.clipboard.writeText(this.content.response.body.text ?? "");
        }
        return;
      case "openBody":
        if (this.content?.kind === "response") {
          const { body } = this.content.response;
          void this.documents.open(bodyText(body), body.mediaType);
        }
        return;
      case "openFile":
        if (this.content?.kind === "response" && this.content.response.body.file) {
          void vscode.commands.executeCommand(
            "vscode.open",
            vscode.Uri.file(this.content.response.body.file),
          );
        }
        return;
      case "goToCause":
        if (this.content?.kind === "failure") {
          void this.goTo(this.content.failure);
        }
        return;
      case "sendAgain":
        this.sendAgain();
        return;
      default:
    }
  }

  private sendAgain(): void {
    if (!this.sent) {
      return;
    }
    if ("all" in this.sent) {
      this.actions.sendAllAgain(this.sent.all);
    } else {
      this.actions.sendAgain(this.sent.place);
    }
  }

  private async goTo(failure: Failure): Promise<void> {
    if (!failure.range || !this.sent) {
      return;
    }
    const { start, end } = failure.range;
    const selection = new vscode.Range(start.line, start.character, end.line, end.character);
    const uri = vscode.Uri.parse("all" in this.sent ? this.sent.all : this.sent.place.uri, true);
    await vscode.window.showTextDocument(uri, { selection, viewColumn: vscode.ViewColumn.One });
  }
}

/** The action that a message of the page asks for. */
function actionOf(message: unknown): string | undefined {
  if (
    typeof message === "object" &&
    message !== null &&
    "action" in message &&
    typeof message.action === "string"
  ) {
    return message.action;
  }
  return undefined;
}

function pathOf(url: string): string {
  const path = /^[a-z]+:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] ?? url;
  return path.length > 30 ? `${path.slice(0, 29)}…` : path || "/";
}

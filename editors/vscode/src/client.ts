import * as vscode from "vscode";
import {
  CloseAction,
  ErrorAction,
  LanguageClient,
  type CloseHandlerResult,
  type ErrorHandler,
  type LanguageClientOptions,
  type Middleware,
  type ServerOptions,
} from "vscode-languageclient/node";
import { languages } from "./languages";
import { seen } from "./place";
import type { RequestPlace } from "./protocol";
import { serverSettings } from "./settings";

/** The section of the settings, and the client's id. */
export const section = "vaultLsp";

/** How often the server is started again after a crash, within the time below. */
const maxCrashes = 4;
const crashWindow = 3 * 60 * 1000;

export interface ClientParts {
  /** The server's program. */
  program: string;
  output: vscode.LogOutputChannel;
  /** Called when the server crashed so often that it stays down. */
  onGivenUp: () => void;
}

/** Makes a client for the server; it is not started yet. */
export function createClient({ program, output, onGivenUp }: ClientParts): LanguageClient {
  const server: ServerOptions = { command: program, args: ["serve"], options: { shell: false } };
  const options: LanguageClientOptions = {
    documentSelector: languages.flatMap((language) => [
      { scheme: "file", language },
      { scheme: "untitled", language },
    ]),
    outputChannel: output,
    errorHandler: errorHandler(onGivenUp),
    initializationOptions: { triggerSuggest: "editor.action.triggerSuggest", deviceCode: true },
    middleware: middleware(),
    markdown: { isTrusted: false, supportHtml: false },
  };
  return new LanguageClient(section, "Vault LSP", server, options);
}

/** Starts a crashed server again, until it crashes too often. */
function errorHandler(onGivenUp: () => void): ErrorHandler {
  let crashes: number[] = [];
  return {
    error: (_error, _message, count) => ({
      action: count !== undefined && count <= 3 ? ErrorAction.Continue : ErrorAction.Shutdown,
    }),
    closed: (): CloseHandlerResult => {
      const now = Date.now();
      crashes = [...crashes.filter((time) => now - time < crashWindow), now];
      if (crashes.length <= maxCrashes) {
        return { action: CloseAction.Restart, handled: true };
      }
      crashes = [];
      onGivenUp();
      return { action: CloseAction.DoNotRestart, handled: true };
    },
  };
}

function middleware(): Middleware {
  return {
    // The lens and the actions of the server name its own commands, which
    // answer with data. What shows that data are the commands of this extension.
    provideCodeLenses: async (document, token, next) => {
      if (!vscode.workspace.getConfiguration(section).get<boolean>("codeLens", true)) {
        return [];
      }
      const lenses = (await next(document, token)) ?? [];
      for (const lens of lenses) {
        if (lens.command) {
          lens.command = toOwn(lens.command, document);
        }
      }
      return lenses;
    },
    provideCodeActions: async (document, range, context, token, next) => {
      const actions = (await next(document, range, context, token)) ?? [];
      return actions.map((action) => toSelection(toForm(action, document, range)));
    },
    workspace: {
      configuration: async (params, token, next) => {
        const answers: unknown = await next(params, token);
        return Array.isArray(answers)
          ? answers.map((answer: unknown, i) =>
              params.items[i]?.section === section ? serverSettings(answer) : answer,
            )
          : [];
      },
    },
  };
}

/** The command of this extension that stands for one of the server's lenses. */
function toOwn(command: vscode.Command, document: vscode.TextDocument): vscode.Command {
  const own = command.command.replace(/^vault-lsp\.(sendRequest|sendAll)$/, "vaultLsp.$1");
  const [argument] = (command.arguments ?? []) as [RequestPlace?];
  return { ...command, command: own, arguments: argument ? [seen(document, argument)] : [] };
}

/** Makes an action that selects an environment do it here, where it is remembered. */
function toSelection(action: vscode.Command | vscode.CodeAction): vscode.Command | vscode.CodeAction {
  if (action instanceof vscode.CodeAction && action.command?.command === "vault-lsp.selectEnvironment") {
    action.command = { ...action.command, command: "vaultLsp.selectEnvironment" };
  }
  return action;
}

/** Makes an action that would insert a reference open the form for it. */
function toForm(
  action: vscode.Command | vscode.CodeAction,
  document: vscode.TextDocument,
  range: vscode.Range,
): vscode.Command | vscode.CodeAction {
  const data: unknown = "data" in action ? action.data : undefined;
  if (
    !(action instanceof vscode.CodeAction) ||
    typeof data !== "object" ||
    data === null ||
    !("provider" in data)
  ) {
    return action;
  }
  const form = new vscode.CodeAction(action.title, action.kind);
  form.command = {
    command: "vaultLsp.insertSecret",
    title: action.title,
    arguments: [{ provider: data.provider, uri: document.uri.toString(), range }],
  };
  return form;
}

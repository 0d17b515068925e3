import { randomUUID } from "node:crypto";
import * as vscode from "vscode";
import { WorkDoneProgress } from "vscode-languageclient/node";
import { plain } from "./plain";
import type { CommandName, Commands } from "./protocol";
import type { Server } from "./server";

/** Commands that end sooner show no progress: a notification that only flashes disturbs. */
const delay = 400;

/**
 * Carries out a command that may take long. A notification shows what the
 * server reports and lets the user cancel; the promise is then rejected with
 * the server's "request cancelled".
 */
export async function executeWithProgress<N extends CommandName>(
  server: Server,
  title: string,
  command: N,
  argument: Commands[N][0],
): Promise<Commands[N][1]> {
  const client = await server.start();
  const workDoneToken = randomUUID();
  const cancellation = new vscode.CancellationTokenSource();
  let report: ((message: string) => void) | undefined;
  const listener = client?.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
    if (value.kind !== "end" && value.message) {
      report?.(value.message);
    }
  });
  const answer = server.execute(command, argument, { token: cancellation.token, workDoneToken });
  const timer = setTimeout(() => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (progress, token) => {
        report = (message) => progress.report({ message: plain(message) });
        token.onCancellationRequested(() => cancellation.cancel());
        await answer.catch(() => undefined);
      },
    );
  }, delay);
  try {
    return await answer;
  } finally {
    clearTimeout(timer);
    listener?.dispose();
    cancellation.dispose();
  }
}

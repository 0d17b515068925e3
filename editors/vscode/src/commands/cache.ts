import * as vscode from "vscode";
import { section } from "../client";
import { count, describeSeconds, readCacheDuration } from "../duration";
import type { CommandContext } from "./context";

/** Says what the cache holds. */
export async function showCache({ server }: CommandContext): Promise<void> {
  const status = await server.execute("vault-lsp.cacheStatus", {});
  const by = Object.entries(status.byProvider).map(([provider, entries]) => `${provider}: ${entries}`);
  const detail = by.length > 0 ? ` (${by.join(", ")})` : "";
  const reset = "Reset";
  const chosen = await vscode.window.showInformationMessage(
    `Secret cache: ${status.entries} of at most ${status.maxEntries} secrets${detail}, kept for ${describeSeconds(
      status.ttlSeconds,
    )}. ${count(status.hits, "hit")}, ${status.misses} fetched.`,
    reset,
  );
  if (chosen === reset) {
    await resetCache({ server });
  }
}

/** Drops every cached secret and login. */
export async function resetCache({ server }: Pick<CommandContext, "server">): Promise<void> {
  const { entries, logins } = await server.execute("vault-lsp.resetCache", {});
  void vscode.window.showInformationMessage(
    `Secret cache reset: ${count(entries, "secret")} and ${count(logins, "login")} dropped.`,
  );
}

const presets = ["0", "5m", "15m", "30m", "1h", "4h", "12h"];

/** Lets the user choose how long secrets stay in memory, for all workspaces. */
export async function setCacheDuration(): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  const current = configuration.inspect("cache.ttl")?.globalValue;
  const custom = { label: "$(edit) Another Duration…", ttl: undefined };
  const unset = {
    label: "$(discard) Default",
    description: "what the configuration file says, else 30 minutes",
    ttl: null,
  };
  const items = presets.map((ttl) => ({
    label: ttl === "0" ? "Off" : ttl,
    ...(ttl === current ? { description: "current" } : {}),
    ttl,
  }));
  const chosen = await vscode.window.showQuickPick([...items, custom, unset], {
    title: "Secret Cache Duration",
    placeHolder: "How long does a secret stay in memory? Applies to what is cached already, too.",
  });
  if (!chosen) {
    return;
  }
  const ttl = chosen.ttl === undefined ? await askDuration() : chosen.ttl;
  if (ttl !== undefined) {
    await configuration.update("cache.ttl", ttl ?? undefined, vscode.ConfigurationTarget.Global);
  }
}

async function askDuration(): Promise<string | undefined> {
  const text = await vscode.window.showInputBox({
    title: "Secret Cache Duration",
    placeHolder: "45m",
    prompt: "A duration such as 45m or 2h, up to 720m; 0 switches the cache off.",
    validateInput: (value) => {
      const read = readCacheDuration(value);
      return "problem" in read ? read.problem : undefined;
    },
  });
  const read = text === undefined ? undefined : readCacheDuration(text);
  return read && "ttl" in read ? read.ttl : undefined;
}

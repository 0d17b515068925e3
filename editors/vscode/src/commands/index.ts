import * as vscode from "vscode";
import { addCredential } from "./addCredential";
import { resetCache, setCacheDuration, showCache } from "./cache";
import { tell, type CommandContext } from "./context";
import { copyAsCurl } from "./copyAsCurl";
import { editCredential } from "./editCredential";
import { manageCredentials } from "./manageCredentials";
import { removeCredential, signIn, testCredential } from "./credentials";
import { hashicorp, insertSecret } from "./insertSecret";
import { managePermissions } from "./permissions";
import { selectEnvironment } from "./selectEnvironment";
import { sendAll } from "./sendAll";
import { sendRequest } from "./sendRequest";

type Run = (context: CommandContext, argument: unknown) => Promise<void> | void;

const table: Record<string, Run> = {
  "vaultLsp.sendRequest": sendRequest,
  "vaultLsp.sendAll": sendAll,
  "vaultLsp.copyAsCurl": (context) => copyAsCurl(context, false),
  "vaultLsp.copyAsCurlWithSecrets": (context) => copyAsCurl(context, true),
  "vaultLsp.insertSecret": (context, argument) => insertSecret(context, argument),
  "vaultLsp.insertSecret.aws": (context) => insertSecret(context, undefined, ["aws"]),
  "vaultLsp.insertSecret.gcp": (context) => insertSecret(context, undefined, ["gcp"]),
  "vaultLsp.insertSecret.hashicorp": (context) => insertSecret(context, undefined, hashicorp),
  "vaultLsp.insertSecret.azure": (context) => insertSecret(context, undefined, ["azure"]),
  "vaultLsp.insertSecret.local": (context) => insertSecret(context, undefined, ["local"]),
  "vaultLsp.manageCredentials": manageCredentials,
  "vaultLsp.addCredential": addCredential,
  "vaultLsp.editCredential": editCredential,
  "vaultLsp.testCredential": testCredential,
  "vaultLsp.signIn": signIn,
  "vaultLsp.removeCredential": removeCredential,
  "vaultLsp.selectEnvironment": selectEnvironment,
  "vaultLsp.showCache": showCache,
  "vaultLsp.resetCache": resetCache,
  "vaultLsp.setCacheDuration": setCacheDuration,
  "vaultLsp.managePermissions": managePermissions,
  "vaultLsp.restartServer": ({ server }) => server.restart(),
  "vaultLsp.showOutput": ({ server }) => server.output.show(),
};

/** Registers every command of package.json. What one fails with is told to the user. */
export function registerCommands(context: CommandContext): vscode.Disposable {
  const registrations = Object.entries(table).map(([name, run]) =>
    vscode.commands.registerCommand(name, async (argument: unknown) => {
      try {
        await run(context, argument);
      } catch (error) {
        tell(error);
      }
    }),
  );
  return vscode.Disposable.from(...registrations);
}

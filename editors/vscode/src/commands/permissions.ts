import * as vscode from "vscode";
import type { Permission } from "../protocol";
import type { CommandContext } from "./context";

/** Shows which secret may be sent where, and revokes the one that the user chooses. */
export async function managePermissions({ server }: CommandContext): Promise<void> {
  const permissions = await server.execute("vault-lsp.listPermissions", {});
  if (permissions.length === 0) {
    void vscode.window.showInformationMessage(
      "There are no remembered permissions. You are asked before a secret is sent to a new place.",
    );
    return;
  }
  const chosen = await vscode.window.showQuickPick(permissions.map(toItem), {
    title: "Permissions: Which Secret May Be Sent Where",
    placeHolder: "Choose one to revoke it",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) {
    return;
  }
  const { permission } = chosen;
  const revoke = "Revoke";
  const sure = await vscode.window.showWarningMessage(
    `Revoke that ${permission.reference} may be sent to ${permission.origin}?`,
    { modal: true, detail: "You are asked again at the next send." },
    revoke,
  );
  if (sure === revoke) {
    await server.execute("vault-lsp.revokePermission", { id: permission.id });
    vscode.window.setStatusBarMessage("$(check) Permission revoked", 4000);
  }
}

function toItem(permission: Permission): vscode.QuickPickItem & { permission: Permission } {
  const places = [
    permission.in && `in ${permission.in}`,
    permission.credential && `credential ${permission.credential}`,
    permission.workspace && `from ${permission.workspace}`,
  ];
  return {
    label: permission.reference,
    description: `→ ${permission.origin}`,
    detail: places.filter(Boolean).join(" · "),
    permission,
  };
}

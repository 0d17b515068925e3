import * as vscode from "vscode";
import { endsSoon } from "../expiry";
import type { Credential } from "../protocol";
import { addCredential } from "./addCredential";
import type { CommandContext } from "./context";
import { removeNamed, testProfile, toItem } from "./credentials";
import { editNamed } from "./editCredential";

type Item = vscode.QuickPickItem & { credential?: Credential };

/** Shows every profile with who it is and for how long, and what can be done with it. */
export async function manageCredentials(context: CommandContext): Promise<void> {
  const credentials = await context.server.execute("vault-lsp.listCredentials", {});
  const items: Item[] = [
    ...credentials.map((credential) => ({ ...toItem(credential), iconPath: icon(credential) })),
    { label: "", kind: vscode.QuickPickItemKind.Separator },
    { label: "$(add) Add Credential…" },
  ];
  const chosen = await vscode.window.showQuickPick(items, {
    title: "Credentials",
    placeHolder: "Choose one to sign in, test, edit or remove it",
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!chosen) {
    return;
  }
  if (chosen.credential) {
    await manageOne(context, chosen.credential);
  } else {
    await addCredential(context);
  }
}

function icon({ identity, expires, signIn }: Credential): vscode.ThemeIcon {
  if (signIn && (!identity || endsSoon(expires, new Date()))) {
    return new vscode.ThemeIcon("warning");
  }
  return new vscode.ThemeIcon(identity ? "verified" : "key");
}

type Action = vscode.QuickPickItem & { run: () => Promise<unknown> };

async function manageOne(context: CommandContext, credential: Credential): Promise<void> {
  const { name, identity, isDefault, provider } = credential;
  const signIn: Action = {
    label: identity ? "$(sync) Renew the Sign-In" : "$(sign-in) Sign In",
    detail: "Forgets earlier logins and signs in anew.",
    run: () => testProfile(context, name, "vault-lsp.loginCredential"),
  };
  const test: Action = {
    label: "$(beaker) Test",
    detail: "Says who you are and what is missing.",
    run: () => testProfile(context, name, "vault-lsp.testCredential"),
  };
  const actions: Action[] = [
    ...(credential.signIn ? [signIn, test] : [test, signIn]),
    { label: "$(edit) Edit…", run: () => editNamed(context, name) },
    ...(isDefault
      ? []
      : [
          {
            label: "$(star) Make Default",
            detail: `References to ${provider} that name no credential use it.`,
            run: () => context.server.execute("vault-lsp.setDefaultCredential", { name }),
          },
        ]),
    ...(credential.signIn && identity
      ? [
          {
            label: "$(sign-out) Sign Out",
            detail: "Forgets the sign-in that is kept over restarts.",
            run: () => context.server.execute("vault-lsp.logoutCredential", { name }),
          },
        ]
      : []),
    { label: "$(trash) Remove…", run: () => removeNamed(context, name) },
  ];
  const { label, description, detail } = toItem(credential);
  const chosen = await vscode.window.showQuickPick(actions, {
    title: `Credential ${label}: ${description ?? ""}`,
    placeHolder: detail ?? "Nobody has signed in with it in this session",
  });
  await chosen?.run();
  void context.credentials.refresh();
}

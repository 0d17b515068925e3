import { place, write, type Draft } from "../forms/credentialForm";
import type { CredentialDetails } from "../protocol";
import { offerToTry } from "./addCredential";
import type { CommandContext } from "./context";
import { chooseCredential } from "./credentials";
import { fillProfile, giveSecrets } from "./editProfile";

/** Changes a profile that the user chooses. */
export async function editCredential(context: CommandContext): Promise<void> {
  const name = await chooseCredential(context, "Edit Credential");
  if (name !== undefined) {
    await editNamed(context, name);
  }
}

/** Opens the form of a profile, filled in with what it is now. Secrets stay unless another place is chosen. */
export async function editNamed(context: CommandContext, name: string): Promise<void> {
  const { server } = context;
  const [table, details] = await Promise.all([
    server.execute("vault-lsp.listProviders", {}),
    server.execute("vault-lsp.describeCredential", { name }),
  ]);
  const provider = table.find((row) => row.name === details.provider);
  const method = provider?.methods.find(({ auth }) => auth === details.auth);
  if (!provider || !method) {
    throw new Error(`the credential ${name} signs in in a way that this extension does not know`);
  }
  const title = `Edit Credential: ${name}, ${method.label}`;
  const form = { title, provider, method, action: "Save", draft: draftOf(details) };
  const before = details.secrets.map((secret) => secret.name);
  const changed = await fillProfile(context, form, (draft) =>
    server.execute("vault-lsp.updateCredential", { name, ...write(method, draft, before) }),
  );
  if (!changed) {
    return;
  }
  const given = await giveSecrets(title, method, changed.needs, changed.input);
  void context.credentials.refresh();
  const message = given
    ? `The credential ${name} was changed.`
    : `The credential ${name} was changed; the secret that was not entered is as it was.`;
  await offerToTry(context, message, name, changed.signIn);
}

function draftOf({ fields, secrets }: CredentialDetails): Draft {
  const kept = secrets.map(({ name, source }) => [name, place.keep(source)] as const);
  return { ...fields, ...Object.fromEntries(kept) };
}

/**
 * The server's commands: their names, arguments and results. This is the part
 * of the contract between server and editors that this extension uses; a test
 * compares the names with those of the running server.
 */

/** A place in a document, as the protocol counts: from 0, in UTF-16 units. */
export interface Position {
  line: number;
  character: number;
}

export interface Range {
  start: Position;
  end: Position;
}

/** Which request of a document is meant. */
export interface RequestPlace {
  uri: string;
  version?: number;
  position?: Position;
  name?: string;
  environment?: string;
}

export interface Header {
  name: string;
  value: string;
}

/** A response, masked by the server. */
export interface Response {
  request: { method: string; url: string; headers: Header[] };
  status: number;
  statusText: string;
  httpVersion: string;
  headers: Header[];
  body: { mediaType: string; size: number; text?: string; file?: string; truncated: boolean };
  /** Milliseconds by phase. */
  timings: { dns: number; connect: number; tls: number; firstByte: number; total: number };
  redirects: { status: number; method: string; url: string; dropped?: string[] }[];
  secrets: { reference: string; credential: string; cache: "hit" | "miss" }[];
  tests: { name: string; passed: boolean; message?: string }[];
  warnings: string[];
}

/** Why a command was not carried out: the data of error -32803. */
export interface Failure {
  code: string;
  message: string;
  hint?: string;
  range?: Range;
  /** What has to be entered first, how to ask for it, and the command that takes each on its standard input. */
  needs?: string[];
  prompts?: string[];
  input?: string[][];
  /** More about each, where a request prompts for it. */
  questions?: Question[];
  /** A command of the server that may help. */
  action?: { title: string; command: string; arguments: [{ name: string }] };
}

/** One value that a request prompts for. */
export interface Question {
  title: string;
  /** It must not be shown while it is typed. */
  hidden: boolean;
  default?: string;
  choices?: string[];
}

export interface FailedRequest {
  request: { name?: string; method: string };
  error: Failure;
}

export interface SendAllResult {
  responses: (Response | FailedRequest)[];
  summary: { total: number; sent: number; failed: number };
}

/** One field of a reference or of a credential profile. */
export interface Field {
  name: string;
  doc: string;
  type: string;
  values?: string[];
  default?: string;
  example?: string;
  required: boolean;
}

/** One field of a reference. */
export interface ReferenceField extends Field {
  /** Whether the vault can be asked for values. */
  live?: boolean;
}

/** One field of a credential profile. */
export interface MethodField extends Field {
  prompt: string;
  secret: boolean;
  /** A person has to sign in with a profile that has the field. */
  signIn?: boolean;
}

/** One way to sign in to a provider. */
export interface Method {
  auth: string;
  label: string;
  doc: string;
  fields: MethodField[];
  /** Sets of fields of which one must be complete. */
  oneOf?: string[][];
  /** A person signs in, in a browser or with a code. */
  signIn?: boolean;
}

/** One row of the table of providers. */
export interface Provider {
  name: string;
  label: string;
  doc: string;
  fields: ReferenceField[];
  /** The sets of required fields of which one must be complete. */
  forms: string[][];
  methods: Method[];
  /** The provider whose credentials this one uses, if it has none of its own. */
  credentials?: string;
}

export interface Credential {
  name: string;
  provider: string;
  auth: string;
  identity?: string;
  expires?: string;
  isDefault: boolean;
  /** A person signs in with it. */
  signIn: boolean;
}

/** A credential as it is configured; of secrets only where they are. */
export interface CredentialDetails extends Credential {
  fields: Record<string, string>;
  secrets: { name: string; source: string }[];
}

/** Where a secret is kept that is not in the keyring. */
export type SecretSource = { env: string } | { file: string };

/** What still has to be entered for a credential that was written. */
export interface CredentialNeeds {
  needs: string[];
  input: string[][];
  signIn: boolean;
}

/** The notification vault-lsp/deviceCode: a code to enter in a browser, or its end. */
export interface DeviceCode {
  name: string;
  title?: string;
  url?: string;
  complete?: string;
  code?: string;
  expires?: string;
  done: boolean;
}

export interface Identity {
  name: string;
  provider: string;
  identity: string;
  details: { name: string; value: string }[];
  expires?: string;
}

export interface Permission {
  id: string;
  reference: string;
  credential: string;
  origin: string;
  in: string;
  workspace: string;
}

export interface CacheStatus {
  ttlSeconds: number;
  maxEntries: number;
  entries: number;
  hits: number;
  misses: number;
  byProvider: Record<string, number>;
}

export interface EnvironmentList {
  environments: string[];
  selected: string;
}

type None = Record<string, never>;

/** Argument and result of every command of the server. */
export interface Commands {
  "vault-lsp.sendRequest": [RequestPlace, Response];
  "vault-lsp.sendAll": [{ uri: string; environment?: string }, SendAllResult];
  "vault-lsp.copyAsCurl": [
    { uri: string; position?: Position; name?: string; reveal?: boolean },
    { text: string },
  ];
  "vault-lsp.listEnvironments": [{ uri: string }, EnvironmentList];
  "vault-lsp.selectEnvironment": [{ uri: string; environment: string }, EnvironmentList];
  "vault-lsp.listProviders": [None, Provider[]];
  "vault-lsp.insertSecret": [
    { uri: string; range: Range; reference: string },
    { applied: boolean; reference: string },
  ];
  "vault-lsp.listSecrets": [
    {
      provider: string;
      credential?: string;
      prefix?: string;
      field?: string;
      known?: Record<string, string>;
    },
    { field: string; items: { value: string; detail?: string }[] },
  ];
  "vault-lsp.listCredentials": [None, Credential[]];
  "vault-lsp.addCredential": [
    {
      name: string;
      provider: string;
      auth: string;
      fields?: Record<string, string>;
      secrets?: string[];
      sources?: Record<string, SecretSource>;
    },
    CredentialNeeds,
  ];
  "vault-lsp.describeCredential": [{ name: string }, CredentialDetails];
  "vault-lsp.updateCredential": [
    {
      name: string;
      fields?: Record<string, string>;
      secrets?: string[];
      sources?: Record<string, SecretSource>;
      forget?: string[];
    },
    CredentialNeeds,
  ];
  "vault-lsp.setDefaultCredential": [{ name: string }, { name: string }];
  "vault-lsp.logoutCredential": [{ name: string }, { name: string }];
  "vault-lsp.cancelSignIn": [{ name: string }, { name: string; cancelled: boolean }];
  "vault-lsp.testCredential": [{ name: string }, Identity];
  "vault-lsp.loginCredential": [{ name: string }, Identity];
  "vault-lsp.removeCredential": [{ name: string }, { name: string }];
  "vault-lsp.cacheStatus": [None, CacheStatus];
  "vault-lsp.resetCache": [
    { scope?: { provider?: string; credential?: string; reference?: string } },
    { entries: number; logins: number },
  ];
  "vault-lsp.listPermissions": [None, Permission[]];
  "vault-lsp.revokePermission": [{ id: string }, { id: string; revoked: boolean }];
}

export type CommandName = keyof Commands;

/** The same names at run time. */
export const commandNames: readonly CommandName[] = Object.keys({
  "vault-lsp.sendRequest": true,
  "vault-lsp.sendAll": true,
  "vault-lsp.copyAsCurl": true,
  "vault-lsp.listEnvironments": true,
  "vault-lsp.selectEnvironment": true,
  "vault-lsp.listProviders": true,
  "vault-lsp.insertSecret": true,
  "vault-lsp.listSecrets": true,
  "vault-lsp.listCredentials": true,
  "vault-lsp.addCredential": true,
  "vault-lsp.describeCredential": true,
  "vault-lsp.updateCredential": true,
  "vault-lsp.setDefaultCredential": true,
  "vault-lsp.logoutCredential": true,
  "vault-lsp.cancelSignIn": true,
  "vault-lsp.testCredential": true,
  "vault-lsp.loginCredential": true,
  "vault-lsp.removeCredential": true,
  "vault-lsp.cacheStatus": true,
  "vault-lsp.resetCache": true,
  "vault-lsp.listPermissions": true,
  "vault-lsp.revokePermission": true,
} satisfies Record<CommandName, true>) as CommandName[];

/** Whether an entry of sendAll's result is a request that failed. */
export function isFailed(entry: Response | FailedRequest): entry is FailedRequest {
  return "error" in entry;
}

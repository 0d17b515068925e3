import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { test } from "node:test";
import { describeSeconds, readCacheDuration } from "../src/duration";
import { outcomeOf, sentence, signInOf } from "../src/failure";
import { grammarOwners, otherLenses } from "../src/languages";
import { plain } from "../src/plain";
import type { Failure, Provider, ReferenceField } from "../src/protocol";
import { checkValue, firstSentence, formatReference, formatValue, optionalFields } from "../src/reference";
import { giveSecret } from "../src/secretInput";
import { findServer } from "../src/serverPath";
import { serverSettings } from "../src/settings";

function field(name: string, change: Partial<ReferenceField> = {}): ReferenceField {
  return { name, doc: "", type: "text", required: false, ...change };
}

const vault: Provider = {
  name: "vault",
  label: "HashiCorp Vault",
  doc: "",
  fields: [field("path", { required: true }), field("mount"), field("credential"), field("key")],
  forms: [["path"]],
  methods: [],
};

test("a reference is written in the order of the table, empty fields left out", () => {
  assert.equal(
    formatReference(vault, { key: "p", path: "app/db", mount: "" }),
    "{{$vault path=app/db key=p}}",
  );
  assert.equal(formatReference(vault, {}), "{{$vault}}");
});

test("values are bare where that is possible", () => {
  const cases: [string, string][] = [
    ["app/db", "app/db"],
    ["arn:aws:x:1?a=b&c#$@[]", "arn:aws:x:1?a=b&c#$@[]"],
    ["two words", "'two words'"],
    ["it's", "'it\\'s'"],
    ["{{env}}/db", "'{{env}}/db'"],
    ["a\\b\n", "'a\\\\b\\n'"],
  ];
  for (const [value, written] of cases) {
    assert.equal(formatValue(value), written);
  }
});

test("key and credential come first among the optional fields; those of another form are left out", () => {
  assert.deepEqual(
    optionalFields(vault, ["path"]).map(({ name }) => name),
    ["key", "credential", "mount"],
  );
  const azure = {
    ...vault,
    fields: [field("id", { required: true }), field("vault", { required: true }), field("version")],
    forms: [["id"], ["vault"]],
  };
  assert.deepEqual(
    optionalFields(azure, ["vault"]).map(({ name }) => name),
    ["version"],
  );
});

test("typed values are checked", () => {
  assert.equal(checkValue(field("path", { required: true }), " "), "path is required");
  assert.equal(
    checkValue(field("version", { type: "integer" }), "x"),
    "version must be a whole number from 1",
  );
  assert.equal(checkValue(field("version", { type: "integer" }), "{{version}}"), undefined);
  assert.equal(checkValue(field("id", { type: "url" }), "x"), "id must be a URL that begins with https://");
  assert.equal(checkValue(field("id", { type: "url" }), "https://x"), undefined);
  assert.equal(firstSentence("The e.g. name. More."), "The e.g. name.");
  assert.equal(firstSentence("no end"), "no end");
});

test("cache durations", () => {
  const good: [string, string][] = [
    ["0", "0"],
    ["45", "45m"],
    ["90s", "90s"],
    ["1h30m", "1h30m"],
    ["720m", "720m"],
  ];
  for (const [text, ttl] of good) {
    assert.deepEqual(readCacheDuration(text), { ttl });
  }
  for (const text of ["", "x", "13h", "1h 30m", "-5m", "1h30"]) {
    assert.ok("problem" in readCacheDuration(text), text);
  }
  assert.deepEqual([0, 1800, 3600, 90].map(describeSeconds), ["off", "30 minutes", "1 hour", "90 seconds"]);
});

test("errors of the server are told apart", () => {
  assert.equal(outcomeOf({ code: -32800, message: "x" }).kind, "cancelled");
  assert.equal(outcomeOf({ code: -32801, message: "x" }).kind, "changed");
  const failure = {
    code: "locked",
    message: "the vault is locked",
    hint: "unlock it",
    needs: ["passphrase"],
    input: [["p", "a"]],
  };
  assert.deepEqual(outcomeOf({ code: -32803, message: "x", data: failure }), { kind: "failed", failure });
  const action: Failure["action"] = {
    title: "Sign In",
    command: "vault-lsp.loginCredential",
    arguments: [{ name: "prod" }],
  };
  assert.equal(signInOf({ ...failure, code: "sign-in-needed", action }), "prod");
  assert.equal(signInOf({ ...failure, code: "sign-in-needed" }), undefined);
  assert.equal(signInOf({ ...failure, code: "input-needed", action }), undefined);
  assert.equal(sentence(failure), "The vault is locked. Unlock it");
  assert.deepEqual(outcomeOf(new Error("gone")), {
    kind: "failed",
    failure: { code: "failed", message: "gone" },
  });
});

test("only the server's settings go to the server, those without a value do not", () => {
  const all = {
    serverPath: "/x",
    codeLens: true,
    environment: "dev",
    cache: { ttl: null, maxEntries: 5 },
    other: 1,
  };
  assert.deepEqual(serverSettings(all), { environment: "dev", "cache.maxEntries": 5 });
  assert.deepEqual(serverSettings(null), {});
});

test("another extension's grammar for http is found, ours is not another's", () => {
  const restClient = {
    id: "humao.rest-client",
    packageJSON: {
      displayName: "REST Client",
      contributes: { grammars: [{ language: "http", scopeName: "source.http" }] },
    },
  };
  const own = {
    id: "vault-lsp.vault-lsp",
    packageJSON: { contributes: { grammars: [{ language: "vault-http" }, { injectTo: ["source.http"] }] } },
  };
  const broken = { id: "a.b", packageJSON: { contributes: { grammars: "x" } } };
  assert.deepEqual(grammarOwners([restClient, own, broken], "Vault-LSP.vault-lsp"), [
    { id: "humao.rest-client", name: "REST Client" },
  ]);
  assert.deepEqual(otherLenses([own, broken]), []);
  assert.deepEqual(otherLenses([{ ...restClient, packageJSON: {} }]), [
    { id: "humao.rest-client", name: "humao.rest-client" },
  ]);
});

function temporary(run: (folder: string) => void | Promise<void>): () => Promise<void> {
  return async () => {
    const folder = mkdtempSync(join(tmpdir(), "vault-lsp-test-"));
    try {
      await run(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

function program(path: string, text = "#!/bin/sh\n"): string {
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
}

test(
  "the server is the setting's, else the bundled one, else that of PATH",
  temporary((folder) => {
    const places = {
      setting: "",
      extensionFolder: folder,
      searchPath: `.${delimiter}${join(folder, "path")}`,
      platform: "linux" as const,
    };
    assert.match(JSON.stringify(findServer(places)), /neither in the extension nor on PATH/);
    mkdirSync(join(folder, "path"));
    const onPath = program(join(folder, "path", "vault-lsp"));
    assert.deepEqual(findServer(places), { path: onPath });
    mkdirSync(join(folder, "bin"));
    const bundled = program(join(folder, "bin", "vault-lsp"));
    assert.deepEqual(findServer(places), { path: bundled });
    assert.deepEqual(findServer({ ...places, setting: onPath }), { path: onPath });
    assert.match(
      JSON.stringify(findServer({ ...places, setting: join(folder, "none") })),
      /there is no program/,
    );
    assert.match(JSON.stringify(findServer({ ...places, setting: "vault-lsp" })), /must be an absolute path/);
  }),
);

test(
  "a program in the current folder is never found",
  temporary((folder) => {
    program(join(folder, "vault-lsp"));
    const before = process.cwd();
    process.chdir(folder);
    try {
      const places = {
        setting: "",
        extensionFolder: join(folder, "x"),
        searchPath: `${delimiter}.`,
        platform: "linux" as const,
      };
      assert.ok("missing" in findServer(places));
    } finally {
      process.chdir(before);
    }
  }),
);

test(
  "a secret goes to the command's standard input, not through a shell",
  temporary(async (folder) => {
    const got = join(folder, "got");
    const command = [
      program(join(folder, "store"), `#!/bin/sh\ncat > "$1"\nprintf '%s' "$2" >> "$1"\n`),
      got,
      "$(id);`id`",
    ];
    await giveSecret(command, "p4ss $HOME 'x'");
    assert.equal(readFileSync(got, "utf8"), "p4ss $HOME 'x'$(id);`id`");
  }),
);

test(
  "a command that fails says why; one that is not there, too",
  temporary(async (folder) => {
    const failing = program(join(folder, "fail"), "#!/bin/sh\necho wrong passphrase >&2\nexit 3\n");
    await assert.rejects(giveSecret([failing], "x".repeat(100_000)), /^Error: wrong passphrase$/);
    await assert.rejects(giveSecret([join(folder, "none")], "x"), /storing the secret/);
    await assert.rejects(giveSecret([], "x"), /named no command/);
  }),
);

test("what a file or a server says is no link that runs a command", () => {
  const failure: Failure = {
    code: "failed",
    message: "the secret [Repair](command:evil) is gone",
    hint: "[see](https://evil.example)",
  };
  assert.equal(sentence(failure), "The secret [Repair] (command:evil) is gone. [see] (https://evil.example)");
  const link = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+(?: (["'])(.+?)\1)?\)/i;
  for (const text of ["[a](command:b)", "[a]](command:b)", "[[a](command:b)](command:c)"]) {
    assert.doesNotMatch(plain(text), link);
  }
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { createOnigScanner, createOnigString, loadWASM } from "vscode-oniguruma";
import { INITIAL, parseRawGrammar, Registry, type IRawGrammar } from "vscode-textmate";

const files: Record<string, string> = {
  "source.vault-http": "syntaxes/vault-http.tmLanguage.json",
  "vault-http.expression": "syntaxes/expression.tmLanguage.json",
  "vault-http.reference": "syntaxes/reference.tmLanguage.json",
};

/** Stands for the editor's own grammars and for REST Client's: just enough to be embedded. */
const others: Record<string, IRawGrammar> = {
  "source.json": parseRawGrammar(
    JSON.stringify({
      scopeName: "source.json",
      patterns: [
        { name: "string.json", begin: '"', end: '"', patterns: [{ match: "\\\\.", name: "escape.json" }] },
        { name: "object.json", begin: "\\{", end: "\\}", patterns: [{ include: "$self" }] },
        { name: "number.json", match: "\\d+" },
      ],
    }),
    "json.json",
  ),
  "source.js": parseRawGrammar(
    JSON.stringify({
      scopeName: "source.js",
      patterns: [{ name: "call.js", begin: "\\(", end: "\\)", patterns: [{ include: "$self" }] }],
    }),
    "js.json",
  ),
  "source.http": parseRawGrammar(
    JSON.stringify({
      scopeName: "source.http",
      patterns: [
        { match: "^#.*$", name: "comment.line" },
        { begin: '"', end: '"', name: "string.http" },
      ],
    }),
    "http.json",
  ),
};

async function registry(): Promise<Registry> {
  await loadWASM(readFileSync(require.resolve("vscode-oniguruma/release/onig.wasm")));
  return new Registry({
    onigLib: Promise.resolve({ createOnigScanner, createOnigString }),
    loadGrammar: (scope) => {
      const file = files[scope];
      return Promise.resolve(
        file ? parseRawGrammar(readFileSync(file, "utf8"), file) : (others[scope] ?? null),
      );
    },
    getInjections: (scope) =>
      ({
        "source.vault-http": ["vault-http.expression", "vault-http.reference"],
        "source.http": ["vault-http.reference"],
      })[scope],
  });
}

const loaded = registry();

/** The tokens of a text, as "text: innermost scopes without the last part". */
async function tokens(text: string, scope = "source.vault-http"): Promise<[string, string][]> {
  const grammar = await (await loaded).loadGrammar(scope);
  assert.ok(grammar);
  const result: [string, string][] = [];
  let state = INITIAL;
  for (const line of text.split("\n")) {
    const { tokens: found, ruleStack } = grammar.tokenizeLine(line, state);
    state = ruleStack;
    for (const token of found) {
      const piece = line.slice(token.startIndex, token.endIndex);
      if (piece.trim() !== "") {
        result.push([piece.trim(), token.scopes.join(" ")]);
      }
    }
  }
  return result;
}

function check(found: [string, string][], wanted: [string, string][]): void {
  let from = 0;
  for (const [piece, scope] of wanted) {
    const at = found.findIndex(([text], i) => i >= from && text === piece);
    assert.notEqual(at, -1, `no piece ${piece} in ${JSON.stringify(found.slice(from))}`);
    assert.ok(found[at]?.[1].includes(scope), `${piece}: ${found[at]?.[1] ?? ""} has no ${scope}`);
    from = at + 1;
  }
}

test("a request file from separator to body", async () => {
  const found = await tokens(`### Title here
# @name login
// a comment
@host = http://localhost
POST {{host}}/a?x=1&y={{z}} HTTP/1.1
# between headers
Content-Type: application/json

{ "a": 12 }
### Next
GET https://example.com`);
  check(found, [
    ["###", "punctuation.definition.heading"],
    ["Title here", "entity.name.section"],
    ["name", "keyword.other.directive"],
    ["login", "string.unquoted.directive"],
    ["//", "comment.line"],
    ["host", "variable.other.definition"],
    ["http://localhost", "string.unquoted.value"],
    ["POST", "keyword.control.method"],
    ["host", "variable.other.readwrite"],
    ["x", "variable.parameter.query"],
    ["z", "variable.other.readwrite"],
    ["HTTP/1.1", "constant.language.version"],
    ["#", "comment.line"],
    ["Content-Type", "entity.name.tag.header"],
    ["application/json", "string.unquoted.header"],
    ["12", "meta.embedded.block.json.http object.json number.json"],
    ["###", "punctuation.definition.heading"],
    ["GET", "keyword.control.method"],
  ]);
});

const reference = `{{$vault mount=kv path='app/it\\'s {{env}}' key=a=b version={{v}}}}`;
const referenceTokens: [string, string][] = [
  ["{{", "punctuation.section.interpolation.begin"],
  ["vault", "support.class.provider"],
  ["mount", "variable.parameter.field"],
  ["kv", "string.unquoted.value"],
  ["path", "variable.parameter.field"],
  ["\\'", "constant.character.escape"],
  ["env", "variable.other.readwrite"],
  ["key", "variable.parameter.field"],
  ["a=b", "string.unquoted.value"],
  ["v", "variable.other.readwrite"],
  ["}}", "punctuation.section.interpolation.end"],
];

test("references are coloured in headers, variables, targets, forms and inside JSON strings", async () => {
  check(await tokens(`GET https://a\nAuthorization: Bearer ${reference}`), [
    ["Bearer", "string.unquoted.header"],
    ...referenceTokens,
  ]);
  check(await tokens(`@a = ${reference}`), referenceTokens);
  check(await tokens(`GET https://a/${reference}/b`), referenceTokens);
  check(await tokens(`POST https://a\n\npassword=${reference}`), referenceTokens);
  check(await tokens(`POST https://a\n\n{ "a": "x ${reference} y" }`), [
    ['"', "string.json"],
    ...referenceTokens,
    ["y", "string.json"],
  ]);
});

test("they are in another extension's http, too, and only they", async () => {
  check(await tokens(`"${reference}"`, "source.http"), referenceTokens);
  const plain = await tokens('"{{name}} {{$guid}}"', "source.http");
  assert.equal(
    plain.some(([, scope]) => scope.includes("meta.expression") || scope.includes("meta.reference")),
    false,
  );
});

test("system variables and what only looks like a provider", async () => {
  check(await tokens("@a = {{$guid}} {{$localDatetime iso}} {{%name}}"), [
    ["guid", "support.function.system"],
    ["localDatetime", "support.function.system"],
    ["name", "variable.other.readwrite"],
  ]);
});

test("an unclosed reference ends with its line", async () => {
  check(await tokens("GET https://a\nX: {{$vault path='a\nY: b"), [
    ["vault", "support.class.provider"],
    ["Y", "entity.name.tag.header"],
  ]);
});

test("comments hold no references", async () => {
  const found = await tokens("# {{$vault path=a}}");
  assert.equal(
    found.some(([, scope]) => scope.includes("meta.reference")),
    false,
  );
});

const scopesOf = async (text: string, piece: string): Promise<string> =>
  (await tokens(text)).find(([found]) => found.includes(piece))?.[1] ?? "";

test("comments are coloured wherever they are comments", async () => {
  const post = (type: string, body: string): string =>
    `POST https://a\n${type ? `Content-Type: ${type}\n` : ""}\n${body}\n### b`;
  const comments: Record<string, string> = {
    "between requests": "GET https://a\n\n# MARK\n\n### b\n",
    "above the first request": "// MARK\nGET https://a",
    "a block": "/* one\nMARK\n*/\nGET https://a",
    "a block among headers": "GET https://a\n/*\nMARK */\nA: b",
    "in an object of JSON": post("application/json", '{\n  "a": {\n  # MARK\n  }\n}'),
    "behind JSON": post("application/json", "{}\n\n# MARK"),
    "in a form": post("application/x-www-form-urlencoded", "a=1\n# MARK"),
    "in GraphQL": post("", "query {\n# MARK\n}"),
    "without a media type": post("", "a\n// MARK"),
  };
  for (const [name, text] of Object.entries(comments)) {
    assert.match(await scopesOf(text, "MARK"), /comment/, name);
  }
  for (const type of [
    "text/plain",
    "text/markdown; charset=utf-8",
    "application/xml",
    "multipart/mixed; boundary=x",
  ]) {
    assert.doesNotMatch(await scopesOf(post(type, "a\n# MARK"), "MARK"), /comment/, type);
  }
  assert.match(await scopesOf("POST https://a\nContent-Type: text/plain\n# MARK", "MARK"), /comment/);
});

test("what is not closed ends with the request", async () => {
  for (const body of ['{ "a": {', "<a><b>", "> {% client.log(", "query {"]) {
    check(await tokens(`POST https://a\n\n${body}\n### Next\nPUT https://b`), [
      ["Next", "entity.name.section"],
      ["PUT", "keyword.control.method"],
    ]);
  }
});

test("requests of every form", async () => {
  check(await tokens("get https://a\n\n{}\n\nPOST https://b\nA: b"), [
    ["get", "keyword.control.method"],
    ["POST", "keyword.control.method"],
    ["A", "entity.name.tag.header"],
  ]);
  check(await tokens("localhost:8080/a\nA: b"), [["A", "entity.name.tag.header"]]);
  check(await tokens("curl -X POST \\\n  --data 'a={{b}}' https://c\nA"), [
    ["curl", "keyword.control.method"],
    ["-X", "variable.parameter.option"],
    ["--data", "variable.parameter.option"],
    ["b", "variable.other.readwrite"],
    ["https://c", "meta.request.curl"],
    ["A", "source.vault-http"],
  ]);
});

test("scripts, assertions and files of other tools", async () => {
  check(await tokens("{{@request\nx = 1\n}}\nGET https://a\n\n?? status == 200\n>> ./a.json\n<> b.json"), [
    ["@request", "keyword.operator.script"],
    ["x = 1", "meta.embedded.block.javascript"],
    ["GET", "keyword.control.method"],
    ["??", "keyword.operator.assertion"],
    [">>", "keyword.operator.script"],
    ["<>", "keyword.operator.script"],
  ]);
  check(await tokens("@a := 1\nPOST https://a\n\ngql q < ./a.gql"), [
    ["a", "variable.other.definition"],
    [":=", "keyword.operator.assignment"],
    ["gql", "keyword.control.import"],
    ["./a.gql", "string.unquoted.path"],
  ]);
});

test("GraphQL with variables, and the parts of a multipart body", async () => {
  check(await tokens('GRAPHQL https://a\n\nquery Q {\n a\n}\n\n{\n# c\n "b": 1 }\n### Next'), [
    ["query", "keyword.operation.graphql"],
    ["#", "comment"],
    ["b", "string.json"],
    ["Next", "entity.name.section"],
  ]);
  check(
    await tokens("POST https://a\nContent-Type: multipart/mixed; boundary=x\n\n--x\nContent-Id: {{a}}\n\n1"),
    [
      ["Content-Id", "entity.name.tag.header"],
      ["a", "variable.other.readwrite"],
    ],
  );
});

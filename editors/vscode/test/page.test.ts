import assert from "node:assert/strict";
import { test } from "node:test";
import type { Failure, Response } from "../src/protocol";
import { bodyLanguage, bodyText } from "../src/response/body";
import { bytes, milliseconds, renderPage, type Content } from "../src/response/page";

const files = {
  cspSource: "https://csp.example",
  style: "https://csp.example/a.css",
  script: "https://csp.example/a.js",
};

function response(change: Partial<Response> = {}): Response {
  return {
    request: {
      method: "GET",
      url: "http://127.0.0.1:1/echo?x=1",
      headers: [{ name: "X-Token", value: "●●●●●●" }],
    },
    status: 200,
    statusText: "OK",
    httpVersion: "HTTP/1.1",
    headers: [{ name: "Content-Type", value: "application/json" }],
    body: { mediaType: "application/json", size: 20, text: '{"token":"●●●●●●"}', truncated: false },
    timings: { dns: 0, connect: 0.25, tls: 0, firstByte: 1.5, total: 2.25 },
    redirects: [],
    secrets: [{ reference: "{{$vault path=app/db key=password}}", credential: "infra", cache: "miss" }],
    tests: [],
    warnings: ["plain http"],
    ...change,
  };
}

function page(content: Content): string {
  return renderPage(content, files);
}

test("a response shows status, target, timings, headers, body, warnings and secrets", () => {
  const text = page({ kind: "response", response: response() });
  for (const part of [
    "200 OK",
    "http://127.0.0.1:1/echo?x=1",
    "2.3 ms",
    "HTTP/1.1",
    "Content-Type",
    '<span class="key">&quot;token&quot;</span>',
    "●●●●●●</span>",
    "plain http",
    "{{$vault path=app/db key=password}}",
    "infra",
    "cache miss",
    "TLS handshake",
  ]) {
    assert.ok(text.includes(part), part);
  }
});

test("the page may load and run nothing but its own files", () => {
  const text = page({ kind: "response", response: response() });
  assert.ok(
    text.includes(
      "default-src &#39;none&#39;; style-src https://csp.example; script-src https://csp.example",
    ),
  );
  assert.equal(text.match(/<script/g)?.length, 1);
  assert.equal(/unsafe-|\sstyle="|\son\w+="/.test(text), false);
});

test("nothing that a server sent becomes markup", () => {
  const hostile = `"><script>alert(1)</script><img src=x onerror='x'>`;
  const evil = response({
    request: { method: hostile, url: hostile, headers: [{ name: hostile, value: hostile }] },
    statusText: hostile,
    httpVersion: hostile,
    headers: [{ name: hostile, value: hostile }],
    body: { mediaType: hostile, size: 1, text: hostile, file: hostile, truncated: true },
    redirects: [{ status: 302, method: hostile, url: hostile, dropped: [hostile] }],
    secrets: [{ reference: hostile, credential: hostile, cache: "hit" }],
    tests: [{ name: hostile, passed: false, message: hostile }],
    warnings: [hostile],
  });
  const failure: Failure = { code: hostile, message: hostile, hint: hostile };
  const contents: Content[] = [
    { kind: "sending", title: hostile },
    { kind: "response", response: evil },
    { kind: "response", response: { ...evil, body: { ...evil.body, mediaType: "text/html" } } },
    {
      kind: "response",
      response: {
        ...evil,
        body: { ...evil.body, mediaType: "application/json", text: JSON.stringify(hostile) },
      },
    },
    { kind: "failure", title: hostile, failure },
    {
      kind: "all",
      title: hostile,
      result: {
        responses: [evil, { request: { name: hostile, method: hostile }, error: failure }],
        summary: { total: 2, sent: 1, failed: 1 },
      },
    },
  ];
  for (const content of contents) {
    const text = page(content);
    assert.equal(text.match(/<script/g)?.length, 1, content.kind);
    assert.equal(text.includes("<img"), false, content.kind);
  }
});

test("a JSON body is indented in the page", () => {
  const text = page({ kind: "response", response: response() }).replace(/<[^>]*>/g, "");
  assert.ok(text.includes("{\n  &quot;token&quot;: &quot;●●●●●●&quot;\n}\n"));
});

test("a failure shows what and what to do", () => {
  const text = page({
    kind: "failure",
    title: "a.http:1",
    failure: { code: "denied", message: "vault refused", hint: "log in" },
  });
  assert.ok(text.includes("Vault refused") && text.includes("Log in"));
  assert.equal(text.includes("Go to Cause"), false);
});

test("a long body is shown in part, a saved one by its path", () => {
  const text = "x".repeat(500_000);
  const long = page({
    kind: "response",
    response: response({ body: { mediaType: "text/plain", size: 500_000, text, truncated: false } }),
  });
  assert.ok(long.includes("The first 400,000 characters") && long.length < 450_000);
  const saved = page({
    kind: "response",
    response: response({ body: { mediaType: "image/png", size: 10, file: "/tmp/a.png", truncated: true } }),
  });
  assert.ok(saved.includes("/tmp/a.png") && saved.includes("cut off") && saved.includes("Open File"));
});

test("the language of a body", () => {
  const cases: [string, string, string][] = [
    ["application/json; charset=utf-8", "x", "json"],
    ["application/problem+json", "{}", "json"],
    ["", '{"a":1}', "json"],
    ["text/plain", "[1]", "json"],
    ["text/plain", "[no", "plaintext"],
    ["image/svg+xml", "<svg/>", "xml"],
    ["text/html", "<p>", "html"],
    ["application/octet-stream", "x", "plaintext"],
  ];
  for (const [type, text, language] of cases) {
    assert.equal(bodyLanguage(type, text), language, type);
  }
  assert.equal(
    bodyText({ mediaType: "application/json", size: 1, text: "[1]", truncated: false }),
    "[\n  1\n]",
  );
  assert.equal(bodyText({ mediaType: "application/json", size: 1, text: "[1", truncated: true }), "[1");
});

test("times and sizes are readable", () => {
  assert.deepEqual([0.25, 9.96, 12.4, 999, 1234, 65_000].map(milliseconds), [
    "0.3 ms",
    "10 ms",
    "12 ms",
    "999 ms",
    "1.23 s",
    "65.0 s",
  ]);
  assert.deepEqual([0, 1023, 1536, 5 * 1024 * 1024].map(bytes), ["0 B", "1023 B", "1.5 KB", "5.0 MB"]);
});

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { describeExpiry, endsSoon } from "../src/expiry";
import { checkField } from "../src/forms/checkField";
import {
  checkPath,
  checkVariable,
  missingFields,
  newDraft,
  place,
  showPlace,
  write,
} from "../src/forms/credentialForm";
import type { Method, MethodField } from "../src/protocol";

function field(name: string, change: Partial<MethodField> = {}): MethodField {
  return { name, prompt: name, doc: "", type: "text", required: false, secret: false, ...change };
}

const principal: Method = {
  auth: "service-principal",
  label: "Service principal",
  doc: "",
  fields: [
    field("tenant", { required: true }),
    field("key", { required: true, secret: true }),
    field("clientSecret", { secret: true }),
    field("certificate"),
    field("password", { secret: true }),
  ],
  oneOf: [["clientSecret"], ["certificate", "password"]],
};

function missing(draft: Record<string, string>): string[] {
  return missingFields(principal.fields, principal.oneOf ?? [], draft).map(({ name }) => name);
}

test("values are checked as the server checks them", () => {
  const cases = JSON.parse(readFileSync("../../testdata/form/fields.json", "utf8")) as {
    type: string;
    values?: string[];
    value: string;
    good: boolean;
  }[];
  for (const { type, values = [], value, good } of cases) {
    const problem = checkField({ type, values, prompt: "Field", required: false }, value);
    assert.equal(problem === undefined, good, `${type} ${JSON.stringify(value)}: ${problem ?? "good"}`);
  }
  assert.equal(checkField(field("Region", { required: true }), ""), "Region is required.");
  assert.equal(checkField(field("Region"), ""), undefined);
  assert.equal(
    checkField(field("Region", { type: "label", example: "eu-west-1" }), "EU"),
    "Region has lower-case letters, digits and dashes only, such as eu-west-1.",
  );
});

test("a form knows what is missing, alternatives included", () => {
  const draft = newDraft(principal);
  assert.deepEqual(draft, { key: place.enter });
  assert.deepEqual(missing(draft), ["tenant", "clientSecret", "certificate", "password"]);
  assert.deepEqual(missing({ ...draft, tenant: "t", clientSecret: place.enter }), []);
  assert.deepEqual(missing({ ...draft, tenant: "t", certificate: "/c.pem" }), ["clientSecret", "password"]);
  assert.deepEqual(missing({ tenant: "t", certificate: "/c", password: place.enter }), ["key"]);
});

test("a draft says where secrets are, and never what they are", () => {
  const draft = {
    tenant: "t",
    key: place.keep("the OS keyring"),
    clientSecret: place.env("AZURE_SECRET"),
    password: place.file("/run/a:b"),
  };
  assert.deepEqual(write(principal, draft, ["key"]), {
    fields: { tenant: "t" },
    secrets: [],
    sources: { clientSecret: { env: "AZURE_SECRET" }, password: { file: "/run/a:b" } },
    forget: [],
  });
  assert.deepEqual(write(principal, { key: place.enter }, ["key", "password", "certificate"]), {
    fields: {},
    secrets: ["key"],
    sources: {},
    forget: ["certificate", "password"],
  });
  assert.equal(showPlace(draft.key), "kept in the OS keyring");
  assert.equal(showPlace(draft.clientSecret), "environment variable AZURE_SECRET");
  assert.equal(showPlace(draft.password), "file /run/a:b");
  assert.equal(showPlace(place.enter), "asked for next");
});

test("the places of secrets are checked", () => {
  assert.equal(checkVariable("VAULT_TOKEN"), undefined);
  assert.ok(checkVariable("A=b"));
  assert.ok(checkVariable(""));
  for (const path of ["/run/token", "~/token", "C:\\token"]) {
    assert.equal(checkPath(path), undefined, path);
  }
  for (const path of ["", "token", "./token", "/a\nb"]) {
    assert.ok(checkPath(path), path);
  }
});

test("expiry is told in the user's words", () => {
  const now = new Date("2026-11-23T12:00:00Z");
  const after = (minutes: number) => new Date(now.getTime() + minutes * 60_000).toISOString();
  assert.equal(describeExpiry(undefined, now), undefined);
  assert.equal(describeExpiry("nonsense", now), undefined);
  assert.equal(describeExpiry(after(1.5), now), "for 1 more minute");
  assert.equal(describeExpiry(after(59), now), "for 59 more minutes");
  assert.match(describeExpiry(after(120), now) ?? "", /^until /);
  assert.match(describeExpiry(after(-1), now) ?? "", /^ended /);
  assert.equal(endsSoon(undefined, now), false);
  assert.equal(endsSoon(after(4), now), true);
  assert.equal(endsSoon(after(-4), now), true);
  assert.equal(endsSoon(after(6), now), false);
});

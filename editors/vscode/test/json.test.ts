import assert from "node:assert/strict";
import { test } from "node:test";
import { indentJson, tokenize } from "../src/response/json";

test("JSON is indented, one member or element a line", () => {
  assert.equal(
    indentJson('{"a":[1,{"b":null}],"c":{},"d":[]}'),
    [
      "{",
      '  "a": [',
      "    1,",
      "    {",
      '      "b": null',
      "    }",
      "  ],",
      '  "c": {},',
      '  "d": []',
      "}",
    ].join("\n"),
  );
});

test("numbers and escapes stay as they came", () => {
  assert.equal(
    indentJson(' [12345678901234567890, 1.0, "\\u00e9", 1e400] ')?.replace(/\s+/g, ""),
    '[12345678901234567890,1.0,"\\u00e9",1e400]',
  );
});

test("a string that looks like punctuation is none", () => {
  assert.equal(indentJson('{"{":"}","a":","}'), '{\n  "{": "}",\n  "a": ","\n}');
});

test("names and values are told apart", () => {
  assert.deepEqual(
    tokenize('{"a":"b"}')?.map((token) => token.kind),
    ["punctuation", "key", "punctuation", "string", "punctuation"],
  );
});

for (const text of ["", "{", "[1,]", "hello", '{"a":1} x']) {
  test(`not JSON: ${JSON.stringify(text)}`, () => assert.equal(tokenize(text), undefined));
}

test("scalars are JSON, too", () => {
  assert.equal(indentJson("true"), "true");
  assert.equal(indentJson('"a"'), '"a"');
});

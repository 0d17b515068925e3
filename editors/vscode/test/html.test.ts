import assert from "node:assert/strict";
import { test } from "node:test";
import { escapeHtml, html } from "../src/response/html";

test("text in a template is escaped, in markup and in attributes", () => {
  const hostile = `<img src=x onerror="alert('1')">&`;
  const page = html`<p title="${hostile}">${hostile}</p>`.text;
  assert.equal(page.includes("<img"), false);
  assert.equal(page.match(/"/g)?.length, 2);
  assert.equal(escapeHtml(hostile), "&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;");
});

test("templates and lists of templates nest", () => {
  const items = ["a", "<b>"].map((text) => html`<li>${text}</li>`);
  assert.equal(html`<i>${items}${undefined}${3}</i>`.text, "<i><li>a</li><li>&lt;b&gt;</li>3</i>");
});

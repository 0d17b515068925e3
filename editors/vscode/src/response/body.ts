import type { Response } from "../protocol";
import { html, Html } from "./html";
import { indentJson, layOut, tokenize, type Token } from "./json";

/** What stands in the place of a secret's value. */
export const mask = "●●●●●●";

/** Bodies longer than this, in characters, are shown in part: a page of many megabytes stalls the editor. */
const longestShown = 400_000;

/** Bodies longer than this are shown without colours. */
const longestHighlighted = 200_000;

/** The kinds of body that are shown and opened differently. */
export type BodyLanguage = "json" | "xml" | "html" | "css" | "javascript" | "markdown" | "yaml" | "plaintext";

const languagesByType: [RegExp, BodyLanguage][] = [
  [/[/+]json$|\/json5$/, "json"],
  [/\/html$/, "html"],
  [/[/+]xml$/, "xml"],
  [/\/css$/, "css"],
  [/javascript$/, "javascript"],
  [/markdown$/, "markdown"],
  [/yaml$/, "yaml"],
];

/** The language of a body, from its media type; JSON is also recognised where the type says nothing. */
export function bodyLanguage(mediaType: string, text: string): BodyLanguage {
  const bare = (mediaType.split(";")[0] ?? "").trim().toLowerCase();
  const found = languagesByType.find(([pattern]) => pattern.test(bare));
  if (found) {
    return found[1];
  }
  return (bare === "" || bare === "text/plain") && /^\s*[[{]/.test(text) && tokenize(text)
    ? "json"
    : "plaintext";
}

/** The body as it is opened in an editor: JSON indented, anything else as it came. */
export function bodyText(body: Response["body"]): string {
  const text = body.text ?? "";
  return bodyLanguage(body.mediaType, text) === "json" ? (indentJson(text) ?? text) : text;
}

/** The body as a block of the page. */
export function renderBody(body: Response["body"]): Html {
  const text = body.text ?? "";
  if (text === "") {
    return body.file ? html`` : html`<p class="empty">The response has no body.</p>`;
  }
  if (text.length > longestShown) {
    return html`<p class="note">
        The first ${longestShown.toLocaleString("en")} characters; open the body in an editor to see all.
      </p>
      <pre class="body">${markMasks(text.slice(0, longestShown))}</pre>`;
  }
  const language = bodyLanguage(body.mediaType, text);
  const tokens = language === "json" ? tokenize(text) : undefined;
  const highlighted = text.length <= longestHighlighted;
  if (tokens && highlighted) {
    return html`<pre class="body">${renderJson(tokens)}</pre>`;
  }
  if ((language === "xml" || language === "html") && highlighted) {
    return html`<pre class="body">${renderMarkup(text)}</pre>`;
  }
  return html`<pre class="body">${markMasks(tokens ? (indentJson(text) ?? text) : text)}</pre>`;
}

function renderJson(tokens: Token[]): Html[] {
  return layOut(tokens).map((line) => html`${"  ".repeat(line.depth)}${line.tokens.map(renderToken)}${"\n"}`);
}

function renderToken(token: Token): Html {
  if (token.kind === "punctuation") {
    return html`${token.text === ":" ? ": " : token.text}`;
  }
  return html`<span class="${token.kind}">${markMasks(token.text)}</span>`;
}

const markup = /(<!--[\s\S]*?-->)|(<\/?)([\w:.-]+)((?:[^<>"']|"[^"]*"|'[^']*')*)(>)/g;
const attribute = /([\w:.-]+)(\s*=\s*)("[^"]*"|'[^']*')/g;

function renderMarkup(text: string): Html[] {
  return split(text, markup, (match) => {
    const [, comment, open, name, attributes, close] = match;
    if (comment !== undefined) {
      return html`<span class="comment">${comment}</span>`;
    }
    const rendered = split(
      attributes ?? "",
      attribute,
      ([, key, equals, value]) =>
        html`<span class="attribute">${key}</span>${equals}<span class="string"
            >${markMasks(value ?? "")}</span
          >`,
    );
    return html`${open}<span class="key">${name}</span>${rendered}${close}`;
  });
}

/** Makes the masks in a text visible as such. */
export function markMasks(text: string): Html[] {
  return split(
    text,
    new RegExp(mask, "g"),
    () => html`<span class="mask" title="A secret's value, masked">${mask}</span>`,
  );
}

/** Renders the matches of a pattern, and escapes the text in between. */
function split(text: string, pattern: RegExp, render: (match: RegExpMatchArray) => Html): Html[] {
  const pieces: Html[] = [];
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > end) {
      pieces.push(
        pattern === markup
          ? html`${markMasks(text.slice(end, match.index))}`
          : html`${text.slice(end, match.index)}`,
      );
    }
    pieces.push(render(match));
    end = match.index + match[0].length;
  }
  pieces.push(pattern === markup ? html`${markMasks(text.slice(end))}` : html`${text.slice(end)}`);
  return pieces;
}

import { count } from "../duration";
import { sentence } from "../failure";
import {
  isFailed,
  type Failure,
  type FailedRequest,
  type Header,
  type Response,
  type SendAllResult,
} from "../protocol";
import { bodyLanguage, markMasks, renderBody } from "./body";
import { html, type Html } from "./html";

/** Where the page's own files are, and what it may load. */
export interface PageFiles {
  /** The source of the page's files in a content security policy. */
  cspSource: string;
  style: string;
  script: string;
}

/** What the page shows. */
export type Content =
  | { kind: "sending"; title: string }
  | { kind: "response"; response: Response }
  | { kind: "failure"; title: string; failure: Failure }
  | { kind: "all"; title: string; result: SendAllResult };

/** The whole page. Nothing in it runs or loads but the extension's own script and style. */
export function renderPage(content: Content, files: PageFiles): string {
  const policy = `default-src 'none'; style-src ${files.cspSource}; script-src ${files.cspSource}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <link rel="stylesheet" href="${files.style}" />
        <title>Response</title>
      </head>
      <body data-kind="${content.kind}">
        ${renderContent(content)}
        <script src="${files.script}"></script>
      </body>
    </html>`.text;
}

function renderContent(content: Content): Html {
  switch (content.kind) {
    case "sending":
      return html`<header class="summary">
        <span class="spinner" role="status" aria-label="Sending"></span><span>${content.title}</span>
      </header>`;
    case "response":
      return renderResponse(content.response);
    case "failure":
      return renderFailure(content.title, content.failure);
    case "all":
      return renderAll(content.title, content.result);
  }
}

function renderResponse(response: Response): Html {
  const { body } = response;
  const sections: Section[] = [
    {
      id: "body",
      title: "Body",
      content: html`${bodyBar(response)}${fileNote(response)}${renderBody(body)}`,
    },
    {
      id: "headers",
      title: "Headers",
      count: response.headers.length,
      content: headerTable(response.headers),
    },
    { id: "request", title: "Request", content: renderRequest(response) },
    { id: "timing", title: "Timing", content: renderTimings(response) },
  ];
  if (response.tests.length > 0) {
    sections.push({
      id: "tests",
      title: "Tests",
      count: response.tests.length,
      content: renderTests(response),
    });
  }
  return html`${summary(response)}${warnings(response.warnings)}${secrets(response)}${tabs(sections)}`;
}

function summary(response: Response): Html {
  const { request, timings, body } = response;
  return html`<header class="summary">
    ${badge(response)}
    <span class="facts">
      <span title="Total time">${milliseconds(timings.total)}</span>
      <span title="Size of the body">${bytes(body.size)}</span>
      <span>${response.httpVersion}</span>
    </span>
    <span class="target"><b>${request.method}</b> ${markMasks(request.url)}</span>
  </header>`;
}

function badge(response: Response): Html {
  return html`<span class="badge status-${Math.floor(response.status / 100)}"
    >${response.status} ${response.statusText}</span
  >`;
}

function warnings(list: readonly string[]): Html | undefined {
  return list.length > 0
    ? html`<ul class="warnings" role="alert">
        ${list.map((text) => html`<li>${markMasks(text)}</li>`)}
      </ul>`
    : undefined;
}

function secrets(response: Response): Html | undefined {
  if (response.secrets.length === 0) {
    return undefined;
  }
  const rows = response.secrets.map(
    (use) =>
      html`<li>
        <code>${use.reference}</code><span class="credential">${use.credential || "ambient identity"}</span
        ><span
          class="cache ${use.cache}"
          title="${use.cache === "hit" ? "Taken from the cache in memory" : "Fetched from the vault"}"
          >cache ${use.cache}</span
        >
      </li>`,
  );
  return html`<section class="secrets" aria-label="Secrets used">
    <h2>${count(rows.length, "secret")} used</h2>
    <ul>
      ${rows}
    </ul>
  </section>`;
}

interface Section {
  id: string;
  title: string;
  count?: number;
  content: Html;
}

function tabs(sections: readonly Section[]): Html {
  const buttons = sections.map(
    ({ id, title, count }, i) =>
      html`<button
        role="tab"
        id="tab-${id}"
        aria-controls="panel-${id}"
        aria-selected="${i === 0 ? "true" : "false"}"
        tabindex="${i === 0 ? 0 : -1}"
      >
        ${title}${count === undefined ? undefined : html`<span class="count">${count}</span>`}
      </button>`,
  );
  const panels = sections.map(
    ({ id, content }, i) =>
      html`<section
        role="tabpanel"
        id="panel-${id}"
        aria-labelledby="tab-${id}"
        ${i === 0 ? undefined : html`hidden`}
      >
        ${content}
      </section>`,
  );
  return html`<nav role="tablist" aria-label="Parts of the response">${buttons}</nav>
    ${panels}`;
}

function bodyBar(response: Response): Html {
  const { body } = response;
  const text = body.text ?? "";
  const type = body.mediaType || bodyLanguage(body.mediaType, text);
  const actions =
    text === ""
      ? undefined
      : html`<button data-action="copyBody">Copy</button><button data-action="openBody">Open in Editor</button
          ><button data-action="wrap" aria-pressed="true">Wrap Lines</button>`;
  return html`<div class="bar">
    <span class="type">${type}</span>${actions}<button data-action="sendAgain">Send Again</button>
  </div>`;
}

function fileNote({ body }: Response): Html | undefined {
  if (!body.file) {
    return body.truncated
      ? html`<p class="note">The body was cut off here: it is longer than the limit.</p>`
      : undefined;
  }
  return html`<p class="note">
    The body (${bytes(body.size)}) is in the file <code>${body.file}</code>${
      body.truncated ? ", cut off at the limit" : ""
    }. <button data-action="openFile">Open File</button>
  </p>`;
}

function headerTable(headers: readonly Header[]): Html {
  if (headers.length === 0) {
    return html`<p class="empty">None.</p>`;
  }
  const rows = headers.map(
    ({ name, value }) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td>${markMasks(value)}</td>
      </tr>`,
  );
  return html`<table class="headers">
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function renderRequest({ request, redirects }: Response): Html {
  const hops = redirects.map(
    (hop) =>
      html`<li>
        <b>${hop.status}</b> ${hop.method}
        ${markMasks(hop.url)}${
          hop.dropped?.length
            ? html` <span class="dropped">not sent on: ${hop.dropped.join(", ")}</span>`
            : undefined
        }
      </li>`,
  );
  return html`<p class="sent"><b>${request.method}</b> ${markMasks(request.url)}</p>
    ${headerTable(request.headers)}
    ${
      hops.length > 0
        ? html`<h3>Redirects</h3>
            <ol class="redirects">
              ${hops}
            </ol>`
        : undefined
    }`;
}

function renderTimings({ timings }: Response): Html {
  const phases: [string, number][] = [
    ["DNS lookup", timings.dns],
    ["Connection", timings.connect],
    ["TLS handshake", timings.tls],
    ["First byte", timings.firstByte],
    ["Total", timings.total],
  ];
  const longest = Math.max(timings.total, 0.001);
  const rows = phases.map(
    ([name, time]) =>
      html`<tr>
        <th scope="row">${name}</th>
        <td><meter min="0" max="${longest}" value="${Math.max(time, 0)}"></meter></td>
        <td class="number">${time > 0 ? milliseconds(time) : "–"}</td>
      </tr>`,
  );
  return html`<table class="timings">
    <tbody>
      ${rows}
    </tbody>
  </table>`;
}

function renderTests({ tests }: Response): Html {
  const rows = tests.map(
    (test) =>
      html`<li class="${test.passed ? "passed" : "failed"}">
        ${test.passed ? "✓" : "✗"}
        ${test.name}${test.message ? html` <span class="message">${test.message}</span>` : undefined}
      </li>`,
  );
  return html`<ul class="tests">
    ${rows}
  </ul>`;
}

function renderFailure(title: string, failure: Failure): Html {
  const place = failure.range ? html`<button data-action="goToCause">Go to Cause</button>` : undefined;
  return html`<header class="summary">
      <span class="badge status-failed">Not sent</span><span class="target">${title}</span>
    </header>
    <section class="failure" role="alert">
      <p class="what">${capitalize(failure.message)}</p>
      ${failure.hint ? html`<p class="hint">${capitalize(failure.hint)}</p>` : undefined}
      <p class="bar">${place}<button data-action="sendAgain">Send Again</button></p>
    </section>`;
}

function renderAll(title: string, { responses, summary }: SendAllResult): Html {
  const state = summary.failed > 0 ? "status-failed" : "status-2";
  const facts =
    summary.failed > 0 ? `${summary.sent} sent, ${summary.failed} failed` : `${summary.sent} sent`;
  return html`<header class="summary">
      <span class="badge ${state}">${facts}</span><span class="target">${title}</span>
    </header>
    ${responses.map(renderEntry)}`;
}

function renderEntry(entry: Response | FailedRequest): Html {
  if (isFailed(entry)) {
    return html`<details class="entry" open>
      <summary>
        <span class="badge status-failed">Not sent</span
        ><span class="target"><b>${entry.request.method}</b> ${entry.request.name}</span>
      </summary>
      <p class="what">${sentence(entry.error)}</p>
    </details>`;
  }
  return html`<details class="entry">
    <summary>
      ${badge(entry)}<span class="target"><b>${entry.request.method}</b> ${markMasks(entry.request.url)}</span
      ><span class="facts"
        ><span>${milliseconds(entry.timings.total)}</span><span>${bytes(entry.body.size)}</span></span
      >
    </summary>
    ${warnings(entry.warnings)}${secrets(entry)}${renderBody(entry.body)}
    <h3>Headers</h3>
    ${headerTable(entry.headers)}
  </details>`;
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Writes a time in milliseconds for a person. */
export function milliseconds(time: number): string {
  if (time >= 10_000) {
    return `${(time / 1000).toFixed(1)} s`;
  }
  if (time >= 1000) {
    return `${(time / 1000).toFixed(2)} s`;
  }
  return `${time >= 10 ? Math.round(time) : Number(time.toFixed(1))} ms`;
}

/** Writes a number of bytes for a person. */
export function bytes(size: number): string {
  if (size < 1024) {
    return `${size} B`;
  }
  if (size < 1024 * 1024) {
    return `${(size / 1024).toFixed(1)} KB`;
  }
  return `${(size / 1024 / 1024).toFixed(1)} MB`;
}

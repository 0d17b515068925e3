// Drives the workbench in headless Chromium the way a person does: keys, clicks
// and what can be seen. Every wait is for something that appears.
import { mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** How long anything may take to appear; a busy machine with two cores is slow. */
const patience = Number(process.env.VAULT_LSP_PATIENCE ?? 90) * 1000;

/** Opens a browser on the workbench and waits until it can be used. */
export async function openWorkbench({ CHROMIUM, PLAYWRIGHT, OUTPUT }, address, profile) {
  const { chromium } = createRequire(import.meta.url)(PLAYWRIGHT);
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    viewport: { width: 1440, height: 860 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
    permissions: ["clipboard-read", "clipboard-write"],
  });
  context.setDefaultTimeout(patience);
  const page = context.pages()[0] ?? (await context.newPage());
  await page.goto(address);
  await page.locator(".monaco-workbench").waitFor();
  return new Workbench(context, page, join(OUTPUT, "vscode"));
}

class Workbench {
  constructor(context, page, pictures) {
    this.context = context;
    this.page = page;
    this.pictures = pictures;
  }

  close() {
    return this.context.close();
  }

  async picture(name) {
    mkdirSync(this.pictures, { recursive: true });
    await this.page.screenshot({ path: join(this.pictures, `${name}.png`), animations: "disabled" });
  }

  /** Opens a file of the workspace and waits until the server has its lenses. */
  async openFile(name) {
    const row = this.page.locator(".explorer-folders-view .monaco-list-row", { hasText: name });
    await row.first().dblclick();
    await this.page.locator(".tab.active", { hasText: name }).waitFor();
    await this.lens("Send").waitFor();
  }

  lens(title) {
    return this.page.locator(".codelens-decoration a", { hasText: new RegExp(`^\\W*${title}\\W*$`) }).first();
  }

  /**
   * The lens that sends the first request, which has the one for all of them
   * beside it. While a request is being typed it has none: that moves on to the
   * next, so the lenses of all requests have to be there.
   */
  async firstSend(requests) {
    const lines = this.page.locator(".codelens-decoration", { hasText: "Send" });
    await lines.nth(requests - 1).waitFor();
    return lines.filter({ hasText: "Send all" }).locator("a").first();
  }

  /** The lines of the active editor, as they are shown. */
  async lines() {
    const lines = this.page.locator(".editor-instance .view-lines").first().locator(".view-line");
    const placed = await lines.evaluateAll((all) =>
      all.map((line) => [parseFloat(line.style.top), line.textContent]),
    );
    return placed.sort(([a], [b]) => a - b).map(([, text]) => text.replaceAll("\u00a0", " "));
  }

  /** Waits until a line of the editor fits. */
  async line(pattern) {
    const deadline = Date.now() + patience;
    for (;;) {
      const lines = await this.lines();
      const found = lines.find((line) => pattern.test(line));
      if (found !== undefined) {
        return found;
      }
      if (Date.now() > deadline) {
        throw new Error(`no line fits ${pattern}:\n${lines.join("\n")}`);
      }
      await this.page.waitForTimeout(100);
    }
  }

  /** Puts the cursor to the end of the line that contains a text. */
  async cursorAfter(text) {
    const line = this.page.locator(".editor-instance .view-line", { hasText: text }).first();
    await line.click();
    await this.page.keyboard.press("End");
  }

  /** Chooses an item of the completion list by its label, once it is there. */
  async complete(label) {
    const row = this.page.locator(`.suggest-widget.visible .monaco-list-row[aria-label^="${label}"]`).first();
    await row.waitFor();
    await row.click();
  }

  /** An item of the quick pick, by the beginning of its label. */
  pickRow(label) {
    return this.page.locator(`.quick-input-widget .monaco-list-row[aria-label^="${label}"]`).first();
  }

  /** An item of the quick pick whose label begins with an icon. */
  action(label) {
    return this.page
      .locator(".quick-input-widget .monaco-list-row .quick-input-list-label .label-name", { hasText: label })
      .first();
  }

  /**
   * Chooses an item of a quick pick with the keys. The list draws its rows anew
   * while it appears, and an element that was one item is another then: a click
   * falls on what has come under it.
   */
  async choose(item) {
    await item.waitFor();
    for (let moves = 0; moves < 100; moves++) {
      if (await item.evaluate((element) => element.closest(".monaco-list-row.focused") !== null)) {
        await this.page.keyboard.press("Enter");
        return;
      }
      await this.page.keyboard.press("ArrowDown");
    }
    throw new Error(`the keys do not reach ${item}`);
  }

  /** Waits for the overview of a form, whose first entry completes it. */
  async overview() {
    await this.page.locator(".quick-input-widget .monaco-list-row.focused .codicon-check").waitFor();
  }

  /** Waits for a quick input whose title contains a text. */
  async prompt(title) {
    await this.page.locator(".quick-input-widget .quick-input-title", { hasText: title }).waitFor();
  }

  /** Opens the context menu of the editor at the cursor and follows entries. */
  async contextMenu(...entries) {
    await this.page.keyboard.press("Shift+F10");
    for (const [i, entry] of entries.entries()) {
      const item = this.page.locator(".monaco-menu .action-item", {
        has: this.page.locator(".action-label", { hasText: new RegExp(`^${entry}$`) }),
      });
      await item.last().waitFor();
      if (i < entries.length - 1) {
        await item.last().hover();
      } else {
        await this.picture("context-menu");
        await item.last().click();
      }
    }
  }

  /** The frame that shows the response, once it shows the wanted kind of content. */
  async response(kind = "response") {
    const frame = this.page.frameLocator("iframe.webview.ready").first().frameLocator("iframe#active-frame");
    await frame.locator(`body[data-kind="${kind}"]`).waitFor();
    return frame;
  }

  /** Everything that can be read or searched in the workbench and all its frames. */
  async everything() {
    const texts = await Promise.all(
      this.page
        .frames()
        .map((frame) => frame.evaluate(() => document.documentElement.outerHTML).catch(() => "")),
    );
    return texts.join("\n");
  }

  /** Types an answer into the quick input with that title, and takes a picture before it is given. */
  async answer(title, text, picture) {
    await this.prompt(title);
    const input = this.page.locator(".quick-input-widget input:visible").last();
    await input.fill(text);
    if (picture) {
      await this.picture(picture);
    }
    await input.press("Enter");
  }

  /** Types what the quick input with that title refuses, and waits for the reason. */
  async refused(title, text, reason) {
    await this.prompt(title);
    await this.page.locator(".quick-input-widget input:visible").last().fill(text);
    await this.page.locator(".quick-input-widget .quick-input-message", { hasText: reason }).waitFor();
  }

  /** A notification that contains a text. */
  toast(hasText) {
    return this.page.locator(".notification-toast", { hasText });
  }

  clearToasts() {
    return this.command("Notifications: Clear All Notifications");
  }

  /** Makes the editor of an open file the active one. */
  async focusEditor(name) {
    await this.page.locator(".tab", { hasText: name }).first().click();
    await this.page.locator(".tab.active", { hasText: name }).waitFor();
    await this.page.locator(".editor-instance .view-line").first().click();
  }

  /**
   * Runs a command of the palette. One that ran before stands in the list before
   * anything is typed; letters are highlighted once the list is that of the text.
   */
  async command(title) {
    await this.page.keyboard.press("F1");
    await this.page.locator(".quick-input-widget input:visible").last().fill(`>${title}`);
    const rows = this.page.locator(
      `.quick-input-widget .monaco-list-row[aria-label^="${title}"]:not([aria-label^="${title} with"])`,
      { has: this.page.locator(".label-name .highlight") },
    );
    await this.choose(rows.first());
  }
}

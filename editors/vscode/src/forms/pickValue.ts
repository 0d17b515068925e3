import * as vscode from "vscode";

/** A value that can be picked. */
export interface Choice {
  value: string;
  detail?: string;
}

/** Lists values; says with onPrompt when it asks the user something in between. */
export type Load = (folder: string, onPrompt: (open: boolean) => void) => Promise<Choice[]>;

export interface ValueQuestion {
  title: string;
  placeholder: string;
  /** The value so far. */
  value?: string;
  /**
   * Gives the values that begin with a folder ("app/"), or all of them for "".
   * What it rejects with is shown in the list; a value can still be typed.
   */
  load: Load;
  check: (value: string) => string | undefined;
  explain: (error: unknown) => string;
  /** A button in the title that ends the question without an answer. */
  skip?: string;
}

/** The user chose the button instead of a value. */
export const skipped = Symbol("skipped");

interface Item extends vscode.QuickPickItem {
  /** What the item stands for; undefined for a note. */
  value?: string;
}

/**
 * Asks for one value: a live list to pick from, and free text. Values that end
 * with a slash are folders and open. Gives undefined if the user escapes.
 */
export function pickValue(question: ValueQuestion): Promise<string | typeof skipped | undefined> {
  return new ValuePicker(question).show();
}

class ValuePicker {
  private readonly pick = vscode.window.createQuickPick<Item>();
  private folder: string | undefined;
  private choices: Choice[] = [];
  private problem: string | undefined;
  private turn = 0;
  private prompting = false;

  constructor(private readonly question: ValueQuestion) {
    this.pick.title = question.title;
    this.pick.placeholder = question.placeholder;
    this.pick.ignoreFocusOut = true;
    this.pick.matchOnDetail = true;
    this.pick.value = question.value ?? "";
    if (question.skip !== undefined) {
      this.pick.buttons = [{ iconPath: new vscode.ThemeIcon("settings-gear"), tooltip: question.skip }];
    }
  }

  show(): Promise<string | typeof skipped | undefined> {
    return new Promise((resolve) => {
      const finish = (answer: string | typeof skipped | undefined) => {
        resolve(answer);
        this.pick.dispose();
      };
      this.pick.onDidChangeValue(() => this.follow());
      this.pick.onDidTriggerButton(() => finish(skipped));
      this.pick.onDidHide(() => {
        if (!this.prompting) {
          finish(undefined);
        }
      });
      this.pick.onDidAccept(() => {
        const value = this.accepted();
        if (value !== undefined) {
          finish(value);
        }
      });
      this.follow();
      this.pick.show();
    });
  }

  /** The answer, unless the choice is a folder, a note, or refused. */
  private accepted(): string | undefined {
    const value = this.pick.selectedItems[0]?.value;
    if (value === undefined) {
      return undefined;
    }
    if (value.endsWith("/") && value !== this.pick.value) {
      this.pick.value = value;
      this.follow();
      return undefined;
    }
    this.problem = this.question.check(value);
    if (this.problem !== undefined) {
      this.render();
      return undefined;
    }
    return value;
  }

  /** Shows what fits the typed text; a new folder is asked for. */
  private follow(): void {
    this.problem = undefined;
    const folder = this.pick.value.slice(0, this.pick.value.lastIndexOf("/") + 1);
    this.render();
    if (folder === this.folder) {
      return;
    }
    this.folder = folder;
    this.turn += 1;
    void this.load(folder, this.turn);
  }

  private async load(folder: string, turn: number): Promise<void> {
    this.pick.busy = true;
    let choices: Choice[] = [];
    let problem: string | undefined;
    try {
      choices = await this.question.load(folder, (open) => {
        this.prompting = open;
        if (!open) {
          this.pick.show();
        }
      });
    } catch (error) {
      problem = this.question.explain(error);
    }
    if (turn !== this.turn) {
      return;
    }
    this.pick.busy = false;
    this.choices = choices;
    this.problem = problem;
    this.render();
  }

  private render(): void {
    const typed = this.pick.value.trim();
    const items: Item[] = this.choices.map(({ value, detail }) => ({
      label: value,
      ...(detail ? { description: detail } : {}),
      ...(value.endsWith("/") ? { iconPath: vscode.ThemeIcon.Folder } : {}),
      value,
    }));
    if (typed !== "" && !this.choices.some((choice) => choice.value === typed)) {
      items.push({ label: typed, description: "as typed", alwaysShow: true, value: typed });
    }
    if (this.problem !== undefined) {
      items.push({ label: `$(warning) ${this.problem}`, alwaysShow: true });
    }
    this.pick.items = items;
  }
}

/** One lexical piece of a JSON text. */
export interface Token {
  kind: "key" | "string" | "number" | "word" | "punctuation";
  text: string;
}

const lexer = /\s+|"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[a-z]+|[{}[\],:]/gy;

/**
 * Splits a JSON text into its pieces, or gives undefined if it is none. The
 * pieces are those of the text: numbers and escapes are shown as they came,
 * where parsing and printing again would change them.
 */
export function tokenize(text: string): Token[] | undefined {
  if (!isJson(text)) {
    return undefined;
  }
  const tokens: Token[] = [];
  lexer.lastIndex = 0;
  while (lexer.lastIndex < text.length) {
    const piece = lexer.exec(text)?.[0];
    if (piece === undefined) {
      return undefined;
    }
    const token = classify(piece);
    if (token) {
      if (token.text === ":") {
        const name = tokens.at(-1);
        if (name?.kind === "string") {
          name.kind = "key";
        }
      }
      tokens.push(token);
    }
  }
  return tokens;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function classify(piece: string): Token | undefined {
  const first = piece.charAt(0);
  if (first.trim() === "") {
    return undefined;
  }
  if (first === '"') {
    return { kind: "string", text: piece };
  }
  if (/[-\d]/.test(first)) {
    return { kind: "number", text: piece };
  }
  return { kind: /[a-z]/.test(first) ? "word" : "punctuation", text: piece };
}

/** A line of an indented JSON text. */
export interface Line {
  depth: number;
  tokens: Token[];
}

/** Lays tokens out in lines, one member or element a line. */
export function layOut(tokens: readonly Token[]): Line[] {
  const lines: Line[] = [];
  let line: Line = { depth: 0, tokens: [] };
  const breakTo = (depth: number) => {
    if (line.tokens.length > 0) {
      lines.push(line);
    }
    line = { depth, tokens: [] };
  };
  tokens.forEach((token, i) => {
    const next = tokens[i + 1]?.text;
    const opens = token.kind === "punctuation" && (token.text === "{" || token.text === "[");
    const closes = token.kind === "punctuation" && (token.text === "}" || token.text === "]");
    const closesEmpty = closes && (tokens[i - 1]?.text === "{" || tokens[i - 1]?.text === "[");
    if (closes && !closesEmpty) {
      breakTo(line.depth - 1);
    }
    line.tokens.push(token);
    if (opens && next !== "}" && next !== "]") {
      breakTo(line.depth + 1);
    } else if (token.kind === "punctuation" && token.text === ",") {
      breakTo(line.depth);
    }
  });
  breakTo(0);
  return lines;
}

/** The indented JSON text, or undefined if the text is not JSON. */
export function indentJson(text: string): string | undefined {
  const tokens = tokenize(text);
  return (
    tokens &&
    layOut(tokens)
      .map((line) => "  ".repeat(line.depth) + joinTokens(line.tokens))
      .join("\n")
  );
}

function joinTokens(tokens: readonly Token[]): string {
  return tokens.map((token) => (token.text === ":" ? ": " : token.text)).join("");
}

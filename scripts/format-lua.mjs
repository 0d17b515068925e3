// Checks (or with --write mends) the format of Lua files with StyLua's own
// formatter, which npm carries as WebAssembly without its command.
//
//   node scripts/format-lua.mjs MODULE_FOLDER STYLUA_TOML [--write] FILE…
import { createRequire } from "node:module";
import fs from "node:fs";
import path from "node:path";

const [moduleFolder, configFile, ...rest] = process.argv.slice(2);
const write = rest[0] === "--write";
const files = write ? rest.slice(1) : rest;
const stylua = createRequire(import.meta.url)(path.resolve(moduleFolder));

// The settings in use are numbers and names of StyLua's enumerations.
const enumerations = { indent_type: "IndentType", quote_style: "QuoteStyle", call_parentheses: "CallParenType" };

function readConfig() {
  const config = stylua.Config.new();
  if (!fs.existsSync(configFile)) return config;
  for (const line of fs.readFileSync(configFile, "utf8").split("\n")) {
    const [, name, text, digits] = /^\s*(\w+)\s*=\s*(?:"(\w+)"|(\d+))\s*(?:#.*)?$/.exec(line) ?? [];
    if (!name) {
      if (/^\s*[^#\s]/.test(line)) throw new Error(`${configFile}: cannot read the line ${line}`);
      continue;
    }
    const value = digits ? Number(digits) : stylua[enumerations[name]]?.[text];
    if (value === undefined || !(name in config)) throw new Error(`${configFile}: unknown setting ${line}`);
    config[name] = value;
  }
  return config;
}

let wrong = 0;
for (const file of files) {
  const before = fs.readFileSync(file, "utf8");
  // Formatting consumes its configuration, so each file gets a new one.
  const after = stylua.formatCode(before, readConfig(), undefined, stylua.OutputVerification.Full);
  if (after === before) continue;
  if (write) {
    fs.writeFileSync(file, after);
    continue;
  }
  wrong += 1;
  const at = after.split("\n").findIndex((line, index) => line !== before.split("\n")[index]);
  console.error(`${file}:${at + 1}: not as StyLua formats it (make format)`);
}
process.exitCode = wrong > 0 ? 1 : 0;

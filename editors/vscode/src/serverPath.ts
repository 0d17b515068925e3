import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Where the server's program was looked for and whether it was there. */
export type ServerPath = { path: string } | { missing: string };

export interface ServerPlaces {
  /** The setting vaultLsp.serverPath. */
  setting: string;
  /** The folder that the extension is installed in. */
  extensionFolder: string;
  /** The environment variable PATH. */
  searchPath: string | undefined;
  platform: NodeJS.Platform;
}

/**
 * Finds the server: the setting, else the program in the extension's package,
 * else PATH. A setting that names no program is an error, not a reason to run
 * another one. Relative entries of PATH are passed over: they would find a
 * program in the folder that happens to be open.
 */
export function findServer(places: ServerPlaces): ServerPath {
  const name = places.platform === "win32" ? "vault-lsp.exe" : "vault-lsp";
  const setting = places.setting.trim();
  if (setting !== "") {
    if (!isAbsolute(setting)) {
      return { missing: `The setting vaultLsp.serverPath must be an absolute path; it is "${setting}".` };
    }
    return isProgram(setting)
      ? { path: setting }
      : { missing: `The setting vaultLsp.serverPath names "${setting}", and there is no program.` };
  }
  const bundled = join(places.extensionFolder, "bin", name);
  if (isProgram(bundled)) {
    return { path: bundled };
  }
  for (const folder of (places.searchPath ?? "").split(delimiter)) {
    if (isAbsolute(folder) && isProgram(join(folder, name))) {
      return { path: join(folder, name) };
    }
  }
  return {
    missing: `The program ${name} was found neither in the extension nor on PATH. Install it, or set vaultLsp.serverPath.`,
  };
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

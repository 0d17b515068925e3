// The real parts that the workbench tests run against: a Vault server, an HTTP
// echo, and code-server with our extension installed, all in folders of their
// own, so that nothing of the machine's user is read or written.
import { execFile, spawn } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const extensionFolder = fileURLToPath(new URL("../..", import.meta.url));

const names = [
  "VAULT_LSP_BIN",
  "VAULT_LSP_VAULTD",
  "VAULT_LSP_CODE_SERVER",
  "VAULT_LSP_PLAYWRIGHT",
  "VAULT_LSP_CHROMIUM",
  "VAULT_LSP_OUTPUT",
  "VAULT_LSP_TOOLS",
];

/** The parts' places, or undefined after the test was left out. */
export function partsOf(context) {
  const missing = names.filter((name) => !process.env[name]);
  if (missing.length === 0) {
    return Object.fromEntries(names.map((name) => [name.replace("VAULT_LSP_", ""), process.env[name]]));
  }
  const message = `${missing.join(", ")} not set; run make test`;
  if (process.env.VAULT_LSP_REQUIRE_ALL === "1") {
    throw new Error(message);
  }
  context.skip(`left out: ${message}`);
  return undefined;
}

/** The first line of a program's output that matches; rejects if there is none within a time. */
export function awaitLine(child, pattern) {
  return new Promise((resolve, reject) => {
    const seen = [];
    setTimeout(() => reject(new Error(`no line fits ${pattern}:\n${seen.join("\n")}`)), 120_000).unref();
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      seen.push(line);
      const match = pattern.exec(line);
      if (match) {
        resolve(match);
      }
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`ended with ${code}:\n${seen.join("\n")}`)));
  });
}

/** Ends a program that was started here and waits until it is gone. */
export async function end(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  await gone;
  clearTimeout(timer);
}

/** A temporary home with everything that programs look for in one. */
export function temporaryHome() {
  const home = mkdtempSync(join(tmpdir(), "vault-lsp-workbench-"));
  const folders = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, "config"),
    XDG_DATA_HOME: join(home, "data"),
    XDG_STATE_HOME: join(home, "state"),
    XDG_CACHE_HOME: join(home, "cache"),
    XDG_RUNTIME_DIR: join(home, "run"),
  };
  for (const folder of Object.values(folders)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(VAULT_|BAO_|XDG_|DBUS_|VSCODE_|NODE_)/.test(name) && !/proxy$/i.test(name),
  );
  return {
    folder: home,
    env: {
      ...Object.fromEntries(inherited),
      ...folders,
      NO_PROXY: "*",
      // No marketplace: the editor asks nobody about extensions.
      EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "", itemUrl: "", resourceUrlTemplate: "" }),
    },
    write(path, content) {
      const file = join(home, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content, undefined, 2), {
        mode: 0o600,
      });
      return file;
    },
    remove: () => rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 }),
  };
}

/** Starts a Secret Service of its own, unlocked and empty, and gives the address of its bus. */
export async function startKeyring(env) {
  const bus = spawn("dbus-daemon", ["--session", "--nofork", "--print-address"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [address] = await awaitLine(bus, /^unix:\S+$/);
  const onBus = { ...env, DBUS_SESSION_BUS_ADDRESS: address };
  const keyring = spawn("gnome-keyring-daemon", ["--foreground", "--unlock", "--components=secrets"], {
    env: onBus,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // An empty password, which creates the keyring.
  keyring.stdin.end("\n");
  const ask = [
    "--session",
    "--print-reply",
    "--dest=org.freedesktop.DBus",
    "/org/freedesktop/DBus",
    "org.freedesktop.DBus.NameHasOwner",
    "string:org.freedesktop.secrets",
  ];
  await until("the Secret Service is on the bus", async () => {
    const { stdout } = await run("dbus-send", ask, { env: onBus });
    return stdout.includes("boolean true");
  });
  return {
    address,
    stop: async () => {
      await end(keyring);
      await end(bus);
    },
  };
}

/** Starts a real Vault server. */
export async function startVault(program) {
  const token = "root-token-of-the-workbench-test";
  const child = spawn(program, ["-exit-with-stdin", "-root", token], { stdio: ["pipe", "pipe", "inherit"] });
  const [, address] = await awaitLine(child, /^READY (http:\S+)$/);
  const call = async (path, body) => {
    const answer = await fetch(`${address}/v1/${path}`, {
      method: "POST",
      headers: { "X-Vault-Token": token },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`writing ${path}: ${answer.status}`);
    }
  };
  const [user, password] = ["jo", "correct horse of the workbench"];
  await call(`auth/userpass/users/${user}`, { password, policies: "default" });
  return {
    address,
    token,
    user,
    password,
    put: (path, data) => call(`secret/data/${path}`, { data }),
    stop: () => end(child),
  };
}

/**
 * Starts an HTTP server that answers with what it was sent and remembers it.
 * It never answers /slow; aborted counts the clients that gave up waiting.
 */
export async function startEcho() {
  const received = [];
  const aborted = { count: 0 };
  const server = createServer((request, response) => {
    let body = "";
    request.setEncoding("utf8");
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      received.push({ method, url, headers, body });
      if (url === "/slow") {
        response.once("close", () => (aborted.count += 1));
        return;
      }
      response.setHeader("Content-Type", "application/json");
      response.setHeader("X-Served-By", "echo");
      response.end(
        JSON.stringify({
          order: 7,
          paid: true,
          total: 12.5,
          note: null,
          request: { method, url, headers, body },
        }),
      );
    });
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    origin: `http://127.0.0.1:${server.address().port}`,
    received,
    aborted,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Packs the extension with the server's program in it. */
export async function packExtension(program, folder) {
  const file = join(folder, "vault-lsp.vsix");
  await run(process.execPath, [
    join(extensionFolder, "scripts/package.mjs"),
    "--binary",
    program,
    "--out",
    file,
  ]);
  return file;
}

/** Installs extensions into a code-server of its own, starts it on a folder, and gives its address. */
export async function startEditor(program, home, extensions, workspace, settings = {}) {
  const data = join(home.folder, "editor");
  const common = [
    "--config",
    "/dev/null",
    "--user-data-dir",
    data,
    "--extensions-dir",
    join(data, "extensions"),
  ];
  home.write("editor/User/settings.json", {
    "chat.disableAIFeatures": true,
    "telemetry.telemetryLevel": "off",
    "extensions.autoUpdate": false,
    "extensions.ignoreRecommendations": true,
    "workbench.startupEditor": "none",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "update.mode": "none",
    "editor.accessibilitySupport": "off",
    ...settings,
  });
  for (const extension of extensions) {
    await run(program, [...common, "--install-extension", extension], { env: home.env });
  }
  const flags = [
    ["--auth", "none"],
    ["--bind-addr", "127.0.0.1:0"],
    "--disable-telemetry",
    "--disable-update-check",
    "--disable-workspace-trust",
    "--disable-getting-started-override",
    "--ignore-last-opened",
  ].flat();
  const child = spawn(program, [...common, ...flags, workspace], {
    env: home.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [, address] = await awaitLine(child, /listening on (http:\/\/\S+?)\/?$/);
  return {
    address: `${address}/?folder=${encodeURIComponent(workspace)}`,
    stop: () => end(child),
    kill: () => killTree(child.pid),
  };
}

/** The processes whose program lies in a folder. */
export function programsIn(folder) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/exe`).startsWith(folder);
      } catch {
        return false;
      }
    });
}

/** Kills a program started here and those that it started, but not ours: nobody gets to say goodbye. */
function killTree(pid) {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
    .split(" ")
    .filter(Boolean)
    .map(Number);
  for (const child of children) {
    if (!readlinkSync(`/proc/${child}/exe`).endsWith("/vault-lsp")) {
      killTree(child);
    }
  }
  process.kill(pid, "SIGKILL");
}

/** Waits until something holds. */
export async function until(what, condition) {
  const deadline = Date.now() + 60_000;
  while (!(await condition())) {
    if (Date.now() > deadline) {
      throw new Error(`waited in vain until ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

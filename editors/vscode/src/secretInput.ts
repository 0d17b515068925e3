import { spawn } from "node:child_process";

/** How long a command that takes a secret may run, in milliseconds. */
const timeLimit = 60_000;

/**
 * Gives a secret to a command of the server on the command's standard input.
 * No shell is involved, and the secret is neither an argument nor part of a
 * message of the language server protocol.
 *
 * Rejects with what the command wrote to its standard error.
 */
export function giveSecret(command: readonly string[], secret: string): Promise<void> {
  const [program, ...args] = command;
  if (program === undefined) {
    return Promise.reject(new Error("storing the secret: the server named no command"));
  }
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ["pipe", "ignore", "pipe"],
      shell: false,
      windowsHide: true,
    });
    const timer = setTimeout(() => child.kill(), timeLimit);
    let complaint = "";
    child.stderr.setEncoding("utf8");
    child.stderr.on("data", (chunk: string) => {
      complaint = (complaint + chunk).slice(0, 2000);
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new Error(`storing the secret: ${error.message}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      if (code === 0) {
        resolve();
        return;
      }
      reject(new Error(complaint.trim() || "storing the secret: the command ended early"));
    });
    // A command that ends before it has read everything says why on its
    // standard error; the broken pipe adds nothing.
    child.stdin.on("error", () => undefined);
    child.stdin.end(secret);
  });
}

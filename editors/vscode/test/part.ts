import type { TestContext } from "node:test";

/**
 * The value of an environment variable that names something the test needs.
 * Where it is not set the test is left out; where everything is required
 * (VAULT_LSP_REQUIRE_ALL=1) it fails.
 */
export function required(context: TestContext, name: string): string | undefined {
  const value = process.env[name];
  if (value) {
    return value;
  }
  if (process.env["VAULT_LSP_REQUIRE_ALL"] === "1") {
    throw new Error(`${name} is not set, and VAULT_LSP_REQUIRE_ALL=1`);
  }
  context.skip(`left out: ${name} is not set; run make test`);
  return undefined;
}

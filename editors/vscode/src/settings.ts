/** The settings that the server reads; the others are this extension's own. */
export const serverSettingKeys = [
  "environment",
  "dialect",
  "cache.ttl",
  "cache.maxEntries",
  "request.timeout",
  "request.followRedirects",
  "response.maxBodySize",
  "log.level",
] as const;

/** The settings of this extension alone. The server would report them as unknown. */
export const ownSettingKeys = ["serverPath", "codeLens"] as const;

/** The part of the settings' section that goes to the server. */
export function serverSettings(all: unknown): Record<string, unknown> {
  const settings: Record<string, unknown> = {};
  for (const key of serverSettingKeys) {
    const value = key.split(".").reduce<unknown>(member, all);
    if (value !== undefined && value !== null) {
      settings[key] = value;
    }
  }
  return settings;
}

function member(object: unknown, name: string): unknown {
  return typeof object === "object" && object !== null
    ? (object as Record<string, unknown>)[name]
    : undefined;
}

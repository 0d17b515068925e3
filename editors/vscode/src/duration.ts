/** The longest time a secret may stay in the cache, in minutes. */
const longest = 720;

const units: Record<string, number> = { h: 60, m: 1, s: 1 / 60, "": 1 };

/**
 * Reads a duration such as `45m`, `1h30m` or `0`; a number alone counts
 * minutes. Gives it as the setting vaultLsp.cache.ttl wants it, or what is
 * wrong with it.
 */
export function readCacheDuration(text: string): { ttl: string } | { problem: string } {
  const trimmed = text.trim();
  const problem = "Give a duration such as 30m or 2h, from 0 (off) to 720m.";
  const parts = [...trimmed.matchAll(/(\d+(?:\.\d+)?)([hms]?)/g)];
  if (trimmed === "" || parts.map((part) => part[0]).join("") !== trimmed) {
    return { problem };
  }
  if (parts.length > 1 && parts.some((part) => part[2] === "")) {
    return { problem };
  }
  const minutes = parts.reduce((sum, part) => sum + Number(part[1]) * (units[part[2] ?? ""] ?? 0), 0);
  if (minutes > longest) {
    return { problem };
  }
  return { ttl: /^[\d.]+$/.test(trimmed) ? (minutes === 0 ? "0" : `${trimmed}m`) : trimmed };
}

/** Writes seconds for a person: "30 minutes". */
export function describeSeconds(seconds: number): string {
  if (seconds <= 0) {
    return "off";
  }
  if (seconds % 3600 === 0) {
    return count(seconds / 3600, "hour");
  }
  return seconds % 60 === 0 ? count(seconds / 60, "minute") : count(seconds, "second");
}

/** Writes a number with its noun: "1 hour", "2 hours". */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}

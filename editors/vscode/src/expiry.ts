import { count } from "./duration";

/** When something ends, for a person: "until 14:05", "ended at 14:05". */
export function describeExpiry(expires: string | undefined, now: Date): string | undefined {
  if (!expires) {
    return undefined;
  }
  const end = new Date(expires);
  if (Number.isNaN(end.getTime())) {
    return undefined;
  }
  const minutes = Math.floor((end.getTime() - now.getTime()) / 60_000);
  if (minutes < 0) {
    return `ended ${describeMoment(end, now)}`;
  }
  return minutes < 60 ? `for ${count(minutes, "more minute")}` : `until ${describeMoment(end, now)}`;
}

/** Whether something has ended, or ends so soon that it is worth renewing. */
export function endsSoon(expires: string | undefined, now: Date): boolean {
  const end = expires ? new Date(expires).getTime() : Number.NaN;
  return end - now.getTime() < 5 * 60_000;
}

function describeMoment(moment: Date, now: Date): string {
  return moment.toDateString() === now.toDateString()
    ? moment.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" })
    : moment.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

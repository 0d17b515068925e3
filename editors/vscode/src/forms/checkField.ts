import type { MethodField } from "../protocol";

/**
 * What is wrong with a typed value of a credential's field, as the server will
 * see it. testdata/form/fields.json has the cases that all forms and the server
 * agree on.
 */
export function checkField(
  field: Pick<MethodField, "type" | "prompt" | "required" | "values" | "example">,
  value: string,
): string | undefined {
  if (value === "") {
    return field.required ? `${field.prompt} is required.` : undefined;
  }
  // eslint-disable-next-line no-control-regex -- those are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(value)) {
    return `${field.prompt} holds a control character.`;
  }
  const problem = problemOf(field, value);
  return problem && `${field.prompt} ${problem}`;
}

const url = /^https?:\/\/(?:\[[0-9a-f:.]+\]|[^\s/?#@:[\]]+)(?::\d+)?(?:\/[^?#]*)?$/i;
const socket = /^unix:\/\/\/./;
const duration = /^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

function problemOf(
  { type, values = [], example }: Pick<MethodField, "type" | "values" | "example">,
  value: string,
): string | undefined {
  const such = example ? `, such as ${example}` : "";
  switch (type) {
    case "url":
      return url.test(value)
        ? undefined
        : `must be an http or https URL without user, password or query${such}.`;
    case "server":
      return url.test(value) || socket.test(value)
        ? undefined
        : `must be an http or https URL without user, password or query${such}, or unix:///path of a socket.`;
    case "bool":
      return value === "true" || value === "false" ? undefined : "must be true or false.";
    case "duration":
      return duration.test(value) && /[1-9]/.test(value)
        ? undefined
        : "must be a duration, such as 15m or 1h30m.";
    case "label":
      return label.test(value) ? undefined : `has lower-case letters, digits and dashes only${such}.`;
    case "enum":
      return values.includes(value) ? undefined : `must be one of ${values.join(", ")}.`;
    default:
      return undefined;
  }
}

/**
 * Text of a file or of another server, to be shown in a notification or beside
 * an input: VS Code makes a link of `[text](command:…)` there, and a click on
 * it would run that command.
 */
export function plain(text: string): string {
  return text.replaceAll("](", "] (");
}

/** Text of others, for a terminal: what it would obey is shown as a dot. */
export function plain(text: string): string {
  return text.replace(/[^\P{C}\n\t]/gu, '·');
}

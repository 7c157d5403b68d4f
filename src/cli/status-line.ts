/** A line on stderr that is written over by the next one, and gone when something else is said. */
export interface StatusLine {
  show(line: string): void;
  clear(): void;
}

/** @param terminal - Whether stderr is one; elsewhere nothing is shown. */
export function statusLine(terminal: boolean): StatusLine {
  if (!terminal) return { show() {}, clear() {} };
  let shown = false;
  const over = (text: string) => void process.stderr.write(`\r\u001b[K${text}`);
  return {
    show(line) {
      // A line that wraps could not be written over.
      over(line.slice(0, (process.stderr.columns || 80) - 1));
      shown = true;
    },
    clear() {
      if (shown) over('');
      shown = false;
    },
  };
}

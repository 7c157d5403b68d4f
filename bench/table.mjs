// Prints Markdown, with columns that line up.
const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
};
const short = (value) => (value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2));

export function markdown(head, rows) {
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = (cells) =>
    `| ${cells.map((cell, i) => (i ? cell.padStart(widths[i]) : cell.padEnd(widths[i]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, i) => (i ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width))).join(' | ')} |`;
  return [line(head), rule, ...rows.map(line)].join('\n');
}

/**
 * One part's table: the median of the rounds, and the median of their ratios to raw (least…most).
 * @param results - name -> figure -> one `{ peer, raw }` a round.
 */
export function table({ title, figures, goals, bounds }, results) {
  const of = (name, figure, value) => results[name][figure]?.map(value) ?? [];
  const ratios = (name, figure) => of(name, figure, ({ peer, raw }) => peer / raw);
  const has = (name, figure) => of(name, figure, ({ peer }) => peer).length > 0;
  const peers = Object.keys(results).filter((name) =>
    Object.keys(figures).some((figure) => has(name, figure)),
  );
  const names = Object.keys(figures).filter((figure) => peers.some((name) => has(name, figure)));
  const order = (name) => (name === 'raw' ? 0 : name.startsWith('oriel') ? 1 : 2);
  const [first] = names;
  peers.sort((a, b) => order(a) - order(b) || median(ratios(a, first)) - median(ratios(b, first)));
  const cells = (name, figure) => {
    if (!has(name, figure)) return ['', ''];
    const all = ratios(name, figure);
    const [least, most] = [Math.min(...all), Math.max(...all)];
    return [
      short(median(of(name, figure, ({ peer }) => peer))),
      `${median(all).toFixed(2)} (${least.toFixed(2)}…${most.toFixed(2)})`,
    ];
  };
  const head = ['', ...names.flatMap((figure) => [figures[figure], 'to raw'])];
  const rows = peers.map((name) => [name, ...names.flatMap((figure) => cells(name, figure))]);
  const lines = [`#### ${title}`, '', markdown(head, rows), ''];
  for (const [figure, most] of Object.entries(goals)) {
    if (!results.oriel || !has('oriel', figure)) continue;
    const is = median(ratios('oriel', figure));
    lines.push(
      `- oriel, ${figures[figure]}: ${is.toFixed(2)}, goal at most ${most}: ${is <= most ? 'met' : 'MISSED'}`,
    );
  }
  for (const [figure, most] of Object.entries(bounds)) {
    if (!results.oriel || !has('oriel', figure)) continue;
    const is = median(of('oriel', figure, ({ peer }) => peer));
    lines.push(
      `- oriel, ${figures[figure]}: ${short(is)}, at most ${most}: ${is <= most ? 'met' : 'MISSED'}`,
    );
  }
  return lines.join('\n');
}

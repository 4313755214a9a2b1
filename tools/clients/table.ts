import { type Row, STEPS } from './session.ts';

/** A table in Markdown: one line for each client. */
export const tableOf = (rows: readonly Row[]): string => {
  const cells = [
    ['Client', 'Version', ...STEPS],
    ...rows.map(({ client, skipped, steps }) => [
      client.name,
      client.version,
      ...STEPS.map((step, index) => (skipped && index === 0 ? `skipped: ${skipped}` : (steps[step] ?? '–'))),
    ]),
  ];
  const widths = (cells[0] ?? []).map((_, column) => Math.max(...cells.map((line) => (line[column] ?? '').length)));
  const lines = cells.map((line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  lines.splice(1, 0, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  return lines.join('\n');
};

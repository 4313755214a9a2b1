import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVENTS } from '../../lambdas/core/events.ts';
import { METRICS } from '../../lambdas/core/metrics.ts';

const page = readFileSync('docs/events.md', 'utf8');
const lines = [...page.matchAll(/^\| `(\w+)` \| ([^|]+) \|([^|]*)\|$/gm)].map(
  ([, name = '', meaning = '', rest = '']) => [name, { meaning, rest }] as const,
);
const rows = new Map(lines);

describe('docs/events.md', () => {
  it.each(Object.entries(EVENTS))('lists %s with its fields and their values', (name, kinds) => {
    const row = rows.get(name);
    const fields = (row?.rest.trim() ?? '').split(', ').map((field) => {
      const [, key = '', rest = ''] = /^`([^`]+)`(.*)$/.exec(field) ?? [];
      const words = [...rest.matchAll(/`(\w+)`/g)].map(([, word]) => word);
      return [key, words.length > 0 ? words : (/\((\w+)\)/.exec(rest)?.[1] ?? 'text')];
    });
    // Readers of the page see a client id as text.
    const expected = Object.entries(kinds).map(([key, kind]) => [key, kind === 'client' ? 'text' : kind]);
    expect(fields).toEqual(expected);
    expect(row?.meaning).toMatch(/\w{3}/);
  });

  it('has every event once, in the order of the code, and every metric, and nothing else', () => {
    const names = lines.map(([name]) => name);
    expect(names.slice(0, Object.keys(EVENTS).length)).toEqual(Object.keys(EVENTS));
    expect(names.slice(Object.keys(EVENTS).length).sort()).toEqual([...METRICS].sort());
  });
});

describe('The list of events', () => {
  const sources = readdirSync('lambdas', { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('core/events.ts'))
    .map((file) => readFileSync(join('lambdas', file), 'utf8'))
    .join('\n');

  it.each(Object.keys(EVENTS))('%s is written somewhere', (name) => {
    expect(sources).toContain(`'${name}'`);
  });
});

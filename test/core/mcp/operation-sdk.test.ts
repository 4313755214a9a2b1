import { JSONRPCMessageSchema } from '@modelcontextprotocol/sdk/types.js';
import * as fc from 'fast-check';
import { readStrictJson } from '../../../lambdas/core/json.ts';
import { contradictingHeader, decideByHeaders } from '../../../lambdas/core/mcp/headers.ts';
import { type Operation, readMessage } from '../../../lambdas/core/mcp/operation.ts';
import { scopesOf, type ToolRules } from '../../../lambdas/core/mcp/tool-scopes.ts';
import { rounds } from '../../support/long-form.ts';
import { doneBySdk1, doneBySdk2 } from './sdk-servers.ts';

const RULES: ToolRules = {
  tools: { 'delete_*': ['write'] },
  resources: { 'file:///secret/*': ['secrets'] },
  prompts: { internal: ['staff'] },
};
const REQUIRED = ['mcp'];

const VERSION = '2026-07-28';
const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': VERSION,
  'io.modelcontextprotocol/clientInfo': { name: 'c', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
};

/** Spellings of a member name, most of them correct. */
const spelled = (name: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 150, arbitrary: fc.constant(JSON.stringify(name)) },
    fc.constantFrom(
      JSON.stringify(name.toUpperCase()),
      `"${name[0]?.toUpperCase()}${name.slice(1)}"`,
      `"\\u${(name.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}${name.slice(1)}"`,
      JSON.stringify(`${name}\0`),
      JSON.stringify(`${name} `),
      JSON.stringify(`\u200b${name}`),
      '"__proto__"',
    ),
  );

const member = (name: string, value: fc.Arbitrary<string>) =>
  fc.tuple(spelled(name), value).map(([spelling, text]) => `${spelling}:${text}`);

const rarely = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.oneof({ weight: 30, arbitrary: fc.constant(undefined) }, arbitrary);

/** An object of these members in any order, sometimes with one missing or duplicated. */
const object = (members: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc
    .tuple(fc.tuple(...members), rarely(fc.oneof(...members)), rarely(fc.nat(members.length - 1)))
    .chain(([all, extra, left]) => {
      const kept = all.filter((_, index) => index !== left);
      const list = extra === undefined ? kept : [...kept, extra];
      return fc.shuffledSubarray(list, { minLength: list.length });
    })
    .map((list) => `{${list.join(', ')}}`);

const json = (...values: unknown[]) => fc.constantFrom(...values.map((value) => JSON.stringify(value)));

const METHODS = ['tools/call', 'resources/read', 'prompts/get', 'ping', 'tools/list', 'Tools/Call'];
const NAMES = ['echo', 'delete_user', 'internal', 'internal', 'DELETE_USER', 'delete_user\0'];
const URIS = [
  'file:///secret/plan',
  'FILE:///secret/plan',
  'file:///public/../secret/plan',
  'file:/secret/plan',
  'file:///public/a',
];

const params = object([
  member('name', json(...NAMES, ...NAMES, 'echo', 5, ['delete_user'])),
  member('uri', json(...URIS)),
  member(
    '_meta',
    json(ENVELOPE, ENVELOPE, {}, { ...ENVELOPE, 'io.modelcontextprotocol/protocolVersion': '2025-06-18' }),
  ),
  member('arguments', json({}, { name: 'delete_user', Name: 'x' })),
]);
const message = object([
  member('jsonrpc', fc.oneof({ weight: 60, arbitrary: json('2.0') }, json('1.0', 2))),
  member('id', json(1, 'a', 1, 'b', 2, null)),
  member('method', json(...METHODS, 'tools/call', 'prompts/get')),
  member('params', fc.oneof({ weight: 60, arbitrary: params }, json([], null, ['delete_user']))),
]);
const body = fc.oneof(
  { weight: 10, arbitrary: message },
  fc.array(message, { maxLength: 2 }).map((list) => `[${list.join()}]`),
  message.map((text) => `\ufeff${text}`),
  message.map((text) => `${text} ${text}`),
);

/** Headers that agree with the body as JSON.parse reads it, or other headers. */
const headersFor = (text: string) => {
  let parsed: { method?: unknown; params?: { name?: unknown; uri?: unknown } } = {};
  try {
    parsed = JSON.parse(text) ?? {};
  } catch {}
  const truth = (value: unknown) =>
    fc.constant(typeof value === 'string' && /^[\x21-\x7e]*$/.test(value) ? value : 'echo');
  const either = (value: unknown, others: readonly string[]) =>
    fc.oneof(
      { weight: 12, arbitrary: truth(value).map((text) => [text]) },
      { weight: 2, arbitrary: fc.constant([]) },
      fc.array(fc.oneof(truth(value), fc.constantFrom(...others)), { minLength: 1, maxLength: 2 }),
    );
  const base64 = `=?base64?${Buffer.from('delete_user').toString('base64')}?=`;
  return fc.record({
    'mcp-protocol-version': fc.constantFrom([VERSION], [VERSION], ['2025-06-18'], [], [VERSION, '2025-06-18']),
    'mcp-method': either(parsed.method, ['ping', 'tools/call']),
    'mcp-name': either(parsed.method === 'resources/read' ? parsed.params?.uri : parsed.params?.name, [
      'delete_user',
      base64,
    ]),
  });
};
const request = body.chain((text) => headersFor(text).map((headers) => ({ text, headers })));

const toRequest = (text: string, headers: Record<string, readonly string[]>): Request => {
  const all = new Headers({ 'content-type': 'application/json', accept: 'application/json, text/event-stream' });
  for (const [name, values] of Object.entries(headers)) for (const value of values) all.append(name, value);
  return new Request('http://localhost/mcp', { method: 'POST', headers: all, body: text });
};

const valuesOf = (headers: Record<string, readonly string[]>) =>
  new Map(Object.entries(headers).filter(([, values]) => values.length > 0));

/** The scopes that the inspector requires for a request. Undefined when it refuses the request in any case. */
const askedFor = (text: string, headers: Record<string, readonly string[]>): readonly string[] | undefined => {
  const read = readStrictJson(text);
  const message = read.ok ? readMessage(read.value) : undefined;
  if (!message?.ok || contradictingHeader(valuesOf(headers), message.operation) !== undefined) return undefined;
  return scopesOf(message.operation, RULES, REQUIRED);
};

const neededFor = (done: readonly Operation[]) => done.flatMap((operation) => scopesOf(operation, RULES, []));

const RUNS = { numRuns: rounds(400, 10_000) };

/** Valid requests, one for each kind of operation, of a revision that the one or the other SDK carries out. */
const honest = [
  ['tools/call', { name: 'echo' }, 'echo'],
  ['tools/call', { name: 'delete_user' }, 'delete_user'],
  ['resources/read', { uri: 'file:///secret/plan' }, 'file:///secret/plan'],
  ['prompts/get', { name: 'internal' }, 'internal'],
] as const;
const EXAMPLES = honest.flatMap(([method, params, name]): [{ text: string; headers: Record<string, string[]> }][] => [
  [
    {
      text: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: ENVELOPE } }),
      headers: { 'mcp-protocol-version': [VERSION], 'mcp-method': [method], 'mcp-name': [name] },
    },
  ],
  [
    {
      text: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
      headers: { 'mcp-protocol-version': ['2025-06-18'], 'mcp-method': [], 'mcp-name': [] },
    },
  ],
]);
const TRIED = { ...RUNS, examples: EXAMPLES as never };

describe('A scope rule cannot be bypassed by any pair of header and body, in any revision (#121)', () => {
  it.each([
    ['@modelcontextprotocol/server 2.x', doneBySdk2],
    ['@modelcontextprotocol/sdk 1.x', doneBySdk1],
  ])('behind the inspector, with %s', async (_, doneBySdk) => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(request, async ({ text, headers }) => {
        const asked = askedFor(text, headers);
        if (asked === undefined) return;
        const done = await doneBySdk(toRequest(text, headers));
        for (const operation of done) seen.add(operation.target ?? '');
        expect(asked).toEqual(expect.arrayContaining(neededFor(done)));
      }),
      TRIED,
    );
    // The run is meaningful only if each kind of operation was carried out.
    expect([...seen]).toEqual(expect.arrayContaining(['echo', 'delete_user', 'file:///secret/plan', 'internal']));
  });

  it('without the inspector, where the 2.x SDK validates the headers', async () => {
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(request, async ({ text, headers }) => {
        const policy = { rules: RULES, required: REQUIRED, validatesHeaders: true };
        const decision = decideByHeaders({ method: 'POST', headers: valuesOf(headers) }, new Set(), policy);
        if (decision.outcome !== 'insufficient') throw new Error('a token without scopes was let in');
        const done = await doneBySdk2(toRequest(text, headers));
        for (const operation of done) seen.add(operation.target ?? '');
        expect(decision.scopes).toEqual(expect.arrayContaining(neededFor(done)));
      }),
      TRIED,
    );
    expect([...seen]).toEqual(expect.arrayContaining(['echo', 'delete_user', 'file:///secret/plan', 'internal']));
  });

  it('the SDKs’ message schema reads the same operation as the inspector, or refuses the message', () => {
    let agreed = 0;
    fc.assert(
      fc.property(body, (text) => {
        const read = readStrictJson(text);
        const message = read.ok ? readMessage(read.value) : undefined;
        if (!read.ok || !message?.ok) return;
        const parsed = JSONRPCMessageSchema.safeParse(JSON.parse(text));
        if (!parsed.success) return;
        agreed += 1;
        expect('method' in parsed.data ? parsed.data.method : undefined).toBe(message.operation?.method);
        const { name, uri } = ('params' in parsed.data ? (parsed.data.params ?? {}) : {}) as Record<string, unknown>;
        if (message.operation?.target !== undefined) {
          expect(message.operation.target).toBe(message.operation.method === 'resources/read' ? uri : name);
        }
      }),
      RUNS,
    );
    expect(agreed).toBeGreaterThan(100);
  });
});

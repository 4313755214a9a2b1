import * as fc from 'fast-check';
import { contradictingHeader, decideByHeaders, trustedOperation } from '../../../lambdas/core/mcp/headers.ts';

const VERSION = '2026-07-28';
const headers = (values: Record<string, string | string[]>) =>
  new Map(Object.entries(values).map(([name, value]) => [name, [value].flat()]));
const modern = (method: string, name?: string | string[]) =>
  headers({
    'mcp-protocol-version': VERSION,
    'mcp-method': method,
    ...(name === undefined ? {} : { 'mcp-name': name }),
  });
const base64 = (text: string | Uint8Array) => `=?base64?${Buffer.from(text).toString('base64')}?=`;

describe('Mcp-* headers that can be trusted (MCP 2026-07-28, Streamable HTTP)', () => {
  it.each([
    ['a call', modern('tools/call', 'echo'), { method: 'tools/call', target: 'echo' }],
    ['a base64 name', modern('tools/call', base64('lösche')), { method: 'tools/call', target: 'lösche' }],
    ['an empty name', modern('tools/call', base64('')), { method: 'tools/call', target: '' }],
    ['a method without name', modern('tools/list'), { method: 'tools/list' }],
    ['a later revision', headers({ 'mcp-protocol-version': '2027-01-01', 'mcp-method': 'ping' }), { method: 'ping' }],
    ['whitespace around', modern(' tools/call\t', ' echo '), { method: 'tools/call', target: 'echo' }],
    ['a comma in a name', modern('tools/call', 'a, b'), { method: 'tools/call', target: 'a, b' }],
  ])('reads %s', (_, given, operation) => {
    expect(trustedOperation(given)).toEqual(operation);
  });

  it.each([
    ['no version', headers({ 'mcp-method': 'ping' })],
    ['an older revision', headers({ 'mcp-protocol-version': '2025-11-25', 'mcp-method': 'ping' })],
    ['a version that is not a date', headers({ 'mcp-protocol-version': 'draft', 'mcp-method': 'ping' })],
    ['two versions', headers({ 'mcp-protocol-version': [VERSION, VERSION], 'mcp-method': 'ping' })],
    ['joined versions', headers({ 'mcp-protocol-version': `${VERSION}, ${VERSION}`, 'mcp-method': 'ping' })],
    ['no method', headers({ 'mcp-protocol-version': VERSION })],
    ['two methods', headers({ 'mcp-protocol-version': VERSION, 'mcp-method': ['ping', 'tools/call'] })],
    ['joined methods', modern('ping, tools/call')],
    ['an empty method', modern('')],
    ['a call without name', modern('tools/call')],
    ['two names', modern('tools/call', ['echo', 'delete_user'])],
    ['a name beyond ASCII', modern('tools/call', 'lösche')],
    ['a form in capitals', modern('tools/call', '=?BASE64?ZWNobw==?=')],
    ['a form without end', modern('tools/call', '=?base64?ZWNobw==')],
    ['a form that overlaps itself', modern('tools/call', '=?base64?=')],
    ['base64 without padding', modern('tools/call', '=?base64?ZWNobw?=')],
    ['base64 with spare bits', modern('tools/call', '=?base64?ZWNobx==?=')],
    ['base64url', modern('tools/call', '=?base64?-_-_?=')],
    ['base64 with a line break', modern('tools/call', '=?base64?ZWNo bw==?=')],
    ['bytes that are not UTF-8', modern('tools/call', base64(Uint8Array.from([0xff])))],
    ['a byte order mark, which decoders drop', modern('tools/call', base64('\ufeffdelete_user'))],
    ['NUL in a name', modern('tools/call', base64('echo\0'))],
  ])('does not trust %s', (_, given) => {
    expect(trustedOperation(given)).toBe('untrusted');
  });

  it('reads every name that the SDK client writes', () => {
    const encode = (name: string) =>
      name === '' || /[^\x20-\x7e]/.test(name) || name !== name.trim() || /^=\?base64\?.*\?=$/s.test(name)
        ? base64(name)
        : name;
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (name) => {
        fc.pre(!/\p{Cc}/u.test(name) && !name.startsWith('\ufeff') && !/^=\?base64\?/i.test(name));
        expect(trustedOperation(modern('tools/call', encode(name)))).toEqual({ method: 'tools/call', target: name });
      }),
    );
  });
});

describe('What the authorizer decides from headers (#121)', () => {
  const rules = { tools: { 'delete_*': ['mcp:write'] }, prompts: { '*': ['prompts'] } };
  const decide = (method: string, given: ReadonlyMap<string, string[]>, held: string[], options = {}) =>
    decideByHeaders({ method, headers: given }, new Set(held), {
      rules,
      required: ['mcp'],
      validatesHeaders: false,
      ...options,
    });

  it('allows an operation if the token has its scopes', () => {
    expect(decide('POST', modern('tools/call', 'echo'), ['mcp'])).toEqual({ outcome: 'allowed' });
    expect(decide('POST', modern('tools/call', 'delete_user'), ['mcp', 'mcp:write'])).toEqual({ outcome: 'allowed' });
  });

  it('names every scope of the operation in one challenge, even those that the token has (SEP-2350)', () => {
    expect(decide('POST', modern('tools/call', 'delete_user'), ['mcp'])).toEqual({
      outcome: 'insufficient',
      scopes: ['mcp', 'mcp:write'],
    });
    expect(decide('POST', modern('tools/call', base64('delete_user')), [])).toEqual({
      outcome: 'insufficient',
      scopes: ['mcp', 'mcp:write'],
    });
  });

  it('leaves untrusted headers to the inspector, so that older clients keep working', () => {
    expect(decide('POST', headers({}), ['mcp'])).toEqual({ outcome: 'undecided' });
    expect(decide('POST', modern('tools/call', ['echo', 'delete_user']), ['mcp'])).toEqual({ outcome: 'undecided' });
    expect(decide('POST', headers({}), [])).toEqual({ outcome: 'insufficient', scopes: ['mcp'] });
  });

  it('leaves an unknown method of a family to the inspector, because the header may contradict the body', () => {
    for (const method of ['TOOLS/LIST', 'tools/callAll', 'Prompts/get']) {
      expect(decide('POST', modern(method), ['mcp'])).toEqual({ outcome: 'undecided' });
      expect(decide('POST', modern(method), ['mcp'], { validatesHeaders: true })).toEqual({
        outcome: 'insufficient',
        scopes: ['mcp', 'mcp:write', 'prompts'],
      });
    }
    expect(decide('POST', modern('completion/complete'), ['mcp'])).toEqual({ outcome: 'allowed' });
  });

  it('requires every scope of every rule when headers are untrusted and there is no inspector', () => {
    const all = ['mcp', 'mcp:write', 'prompts'];
    const options = { validatesHeaders: true };
    expect(decide('POST', headers({}), ['mcp', 'mcp:write'], options)).toEqual({
      outcome: 'insufficient',
      scopes: all,
    });
    expect(decide('POST', headers({}), all, options)).toEqual({ outcome: 'allowed' });
    expect(decide('POST', modern('tools/call', 'echo'), ['mcp'], options)).toEqual({ outcome: 'allowed' });
  });

  it('requires only the required scopes without rules, and for GET, which carries no call', () => {
    expect(decide('POST', headers({}), ['mcp'], { rules: {} })).toEqual({ outcome: 'allowed' });
    expect(decide('GET', modern('tools/call', 'delete_user'), ['mcp'], { validatesHeaders: true })).toEqual({
      outcome: 'allowed',
    });
    expect(decide('GET', headers({}), [])).toEqual({ outcome: 'insufficient', scopes: ['mcp'] });
  });

  it('#121 RFC 9110 §9.3.5: treats DELETE like POST, because some servers read its body', () => {
    const validating = { validatesHeaders: true };
    for (const sent of [headers({}), modern('tools/call', 'echo'), modern('tools/call', 'delete_user')]) {
      for (const held of [[], ['mcp'], ['mcp', 'mcp:write', 'prompts']]) {
        expect(decide('DELETE', sent, held)).toEqual(decide('POST', sent, held));
        expect(decide('DELETE', sent, held, validating)).toEqual(decide('POST', sent, held, validating));
      }
    }
  });
});

describe('Headers that contradict the body (-32020)', () => {
  const echo = { method: 'tools/call', target: 'echo' };

  it('accepts correct headers and missing headers', () => {
    expect(contradictingHeader(modern('tools/call', 'echo'), echo)).toBeUndefined();
    expect(contradictingHeader(modern('tools/call', base64('echo')), echo)).toBeUndefined();
    expect(contradictingHeader(headers({}), echo)).toBeUndefined();
    expect(contradictingHeader(modern('ping', 'echo'), { method: 'ping' })).toBeUndefined();
    expect(contradictingHeader(headers({}), undefined)).toBeUndefined();
  });

  it.each([
    ['another method', modern('ping', 'echo'), 'Mcp-Method'],
    ['another case', modern('Tools/call', 'echo'), 'Mcp-Method'],
    ['the method twice', headers({ 'mcp-method': ['tools/call', 'tools/call'] }), 'Mcp-Method'],
    ['another name', modern('tools/call', 'delete_user'), 'Mcp-Name'],
    ['the name twice', modern('tools/call', ['echo', 'echo']), 'Mcp-Name'],
    ['a name that cannot be decoded', modern('tools/call', '=?base64?!?='), 'Mcp-Name'],
    ['another name, in an older revision', headers({ 'mcp-name': 'delete_user' }), 'Mcp-Name'],
    ['the version twice', headers({ 'mcp-protocol-version': [VERSION, '2025-06-18'] }), 'MCP-Protocol-Version'],
  ])('refuses %s', (_, given, header) => {
    expect(contradictingHeader(given, echo)).toBe(header);
  });

  it('refuses a method header with a response, which has no method', () => {
    expect(contradictingHeader(modern('ping'), undefined)).toBe('Mcp-Method');
  });
});

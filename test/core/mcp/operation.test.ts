import { readMessage } from '../../../lambdas/core/mcp/operation.ts';

const message = (rest: object) => ({ jsonrpc: '2.0', id: 1, ...rest });
const call = (params: unknown) => message({ method: 'tools/call', params });

describe('The operation of an MCP message', () => {
  it.each([
    [call({ name: 'echo', arguments: { Name: 'delete', METHOD: 1 } }), { method: 'tools/call', target: 'echo' }],
    [message({ method: 'prompts/get', params: { name: 'greet' } }), { method: 'prompts/get', target: 'greet' }],
    [
      message({ method: 'resources/read', params: { uri: 'file:///a' } }),
      { method: 'resources/read', target: 'file:///a' },
    ],
    [message({ method: 'tasks/get', params: { taskId: 't1' } }), { method: 'tasks/get', target: 't1' }],
    [message({ method: 'tools/list' }), { method: 'tools/list' }],
    [message({ method: 'tools/list', params: { name: 7 } }), { method: 'tools/list' }],
    [{ jsonrpc: '2.0', method: 'notifications/initialized' }, { method: 'notifications/initialized' }],
    [{ jsonrpc: '2.0', id: 4, result: {} }, undefined],
    [{ jsonrpc: '2.0', id: 'a', error: { code: 1, message: 'no' } }, undefined],
  ])('reads %j', (value, operation) => {
    expect(readMessage(value)).toEqual({ ok: true, id: 'id' in value ? value.id : null, operation });
  });

  it.each([null, []])('A2 (JSON-RPC 2.0 §4.2): params %j is the same as none', (params) => {
    for (const method of ['tools/list', 'ping', 'notifications/initialized']) {
      expect(readMessage(message({ method, params }))).toEqual({ ok: true, id: 1, operation: { method } });
    }
    expect(readMessage(message({ result: {}, params }))).toEqual({ ok: true, id: 1, operation: undefined });
    for (const method of ['tools/call', 'prompts/get', 'resources/read', 'tasks/get']) {
      expect(readMessage(message({ method, params }))).toMatchObject({ ok: false, code: -32602 });
    }
  });

  it.each([
    ['a batch', [call({ name: 'echo' })]],
    ['an empty batch', []],
    ['a text', 'tools/call'],
    ['null', null],
    ['another JSON-RPC', { ...call({ name: 'echo' }), jsonrpc: '1.0' }],
    ['no JSON-RPC', { id: 1, method: 'ping' }],
    ['only an id', message({})],
    ['a method beside a result', { ...call({ name: 'echo' }), result: {} }],
    ['a method beside an error', message({ method: 'ping', error: {} })],
    ['a result with params', message({ result: {}, params: { name: 'x' } })],
    ['params by position', call(['delete_user'])],
    ['params by position that hold nothing', call([null])],
    ['a method that is not text', message({ method: ['tools/call'] })],
    ['a method with a space', message({ method: 'tools/call ' })],
    ['a method with NUL', message({ method: 'ping\0' })],
    ['a method beyond ASCII', message({ method: 'tools∕call' })],
    ['a method that is a list', message({ method: 'ping,tools/call' })],
    ['a member that differs only in case', { ...call({ name: 'echo' }), Method: 'ping' }],
    ['a member that differs only in the Kelvin sign or long s', message({ method: 'ping', paramſ: {} })],
    ['a member that differs only in a control character', message({ method: 'ping', 'params\u0001': {} })],
    ['a member that differs only in a zero-width character', message({ method: 'ping', 'para\u200bms': {} })],
    ['a member that differs only in width', message({ method: 'ping', ｍethod: 'tools/call' })],
    ['a member that differs only in a variation selector', message({ method: 'ping', 'result\ufe0f': {} })],
    ['a name that differs only in case', call({ name: 'echo', NAME: 'delete_user' })],
    ['a name that differs only in a space', call({ name: 'echo', 'name ': 'delete_user' })],
    [
      'a name that differs only in a dotted capital I',
      message({ method: 'resources/read', params: { uri: 'a:b', URİ: 'a:c' } }),
    ],
  ])('refuses %s as an invalid request (-32600)', (_, value) => {
    expect(readMessage(value)).toMatchObject({ ok: false, code: -32600 });
  });

  it.each([
    ['no name', {}],
    ['a number', { name: 5 }],
    ['a list', { name: ['echo'] }],
    ['NUL in the name', { name: 'echo\0' }],
    ['a line break', { name: 'delete_user\n' }],
    ['an unpaired surrogate', { name: 'echo\ud800' }],
    ['only a URI', { uri: 'file:///a' }],
  ])('refuses a call with %s (-32602)', (_, params) => {
    expect(readMessage(call(params))).toMatchObject({ ok: false, id: 1, code: -32602 });
  });

  it('does not repeat input in its reasons', () => {
    const read = readMessage({ ...call({ name: 'echo' }), 'meth\u200bod': 'secret' });
    expect(JSON.stringify(read)).not.toMatch(/secret|\u200b/);
  });
});

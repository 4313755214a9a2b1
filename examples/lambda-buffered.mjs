// An MCP server in a Lambda function that returns each response in one piece: "backend": { "kind": "lambda",
// "functionArn": "…", "streaming": false }. Gatehouse has verified the caller before this runs.

const TOOLS = [{ name: 'greet', description: 'Greets the caller', inputSchema: { type: 'object', properties: {} } }];

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: {} },
    serverInfo: { name: 'buffered-example', version: '1.0.0' },
  }),
  'tools/list': () => ({ tools: TOOLS }),
  'tools/call': (_parameters, caller) => ({ content: [{ type: 'text', text: `Hello, ${caller.subject}` }] }),
};

export const handler = async (event) => {
  if (event.httpMethod !== 'POST') return { statusCode: 405, headers: { allow: 'POST' }, body: '' };
  const { id, method, params } = JSON.parse(event.body);
  if (id === undefined) return { statusCode: 202, body: '' };
  const answer = answers[method];
  const message = answer
    ? { jsonrpc: '2.0', id, result: answer(params, event.requestContext.authorizer) }
    : { jsonrpc: '2.0', id, error: { code: -32601, message: `unknown method ${method}` } };
  return { statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(message) };
};

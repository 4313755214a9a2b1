// An MCP server in a Lambda function that streams: "backend": { "kind": "lambda", "functionArn": "…" }. Each event
// reaches the client when it is written. Gatehouse has verified the caller before this runs.
import { setTimeout as delay } from 'node:timers/promises';

const TOOLS = [{ name: 'count', description: 'Counts to three', inputSchema: { type: 'object', properties: {} } }];

const start = (stream, statusCode, headers) => {
  const out = awslambda.HttpResponseStream.from(stream, { statusCode, headers });
  // Lambda sends status and headers with the first write.
  out.write('');
  return out;
};

export const handler = awslambda.streamifyResponse(async (event, responseStream) => {
  if (event.httpMethod !== 'POST') return start(responseStream, 405, { allow: 'POST' }).end();
  const { id, method, params } = JSON.parse(event.body);
  if (id === undefined) return start(responseStream, 202, {}).end();

  const out = start(responseStream, 200, { 'content-type': 'text/event-stream' });
  const send = (message) => out.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: '2.0', ...message })}\n\n`);
  if (method === 'initialize') {
    const serverInfo = { name: 'streaming-example', version: '1.0.0' };
    send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/list') {
    send({ id, result: { tools: TOOLS } });
  } else if (method === 'tools/call') {
    const progressToken = params._meta?.progressToken;
    for (const progress of progressToken === undefined ? [] : [1, 2, 3]) {
      send({ method: 'notifications/progress', params: { progressToken, progress, total: 3 } });
      await delay(100);
    }
    send({ id, result: { content: [{ type: 'text', text: 'one, two, three' }] } });
  } else {
    send({ id, error: { code: -32601, message: `unknown method ${method}` } });
  }
  return out.end();
});

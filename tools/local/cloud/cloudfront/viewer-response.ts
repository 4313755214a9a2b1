import { type EdgeRequest, type EdgeResponse, HOP_BY_HOP } from '../http-message.ts';
import { isRecord } from '../template/shape.ts';
import type { Distribution } from './distribution.ts';
import { DISALLOWED, fieldsOf, flatten, group, loadFunction, ViewerFunctionError } from './viewer-function.ts';

export type ViewerResponse = (request: EdgeRequest, response: EdgeResponse) => Promise<EdgeResponse>;

/** Whether a function neither sees nor changes the header. It sees cookies apart from headers. */
const isKept = (name: string): boolean => HOP_BY_HOP.has(name) || DISALLOWED.test(name) || name === 'set-cookie';

/**
 * Loads a viewer-response function. What it logs becomes the reason on the console.
 *
 * @throws Error for unusable source
 */
export const createViewerResponse = (code: string, distribution: Distribution): ViewerResponse => {
  const run = loadFunction(code, 'viewer-response', distribution);
  return async (request, response) => {
    const fields = response.headers
      .map(([name, value]) => [name.toLowerCase(), value] as const)
      .filter(([name]) => !isKept(name));
    const sent = { statusCode: response.status, headers: group(fields), cookies: {} };
    const event = {
      version: '1.0',
      context: { eventType: 'viewer-response' },
      viewer: { ip: request.sourceIp },
      request: { method: request.method, uri: request.path, ...fieldsOf(request) },
      response: sent,
    };
    const { answer, logged } = await run(JSON.stringify(event), request.query === '' ? undefined : request.query);
    if (!isRecord(answer) || typeof answer.statusCode !== 'number') {
      throw new ViewerFunctionError('it returned no response');
    }
    // Parts that the function did not change keep their exact bytes.
    if (JSON.stringify(answer) === JSON.stringify(sent)) return response;
    const kept = response.headers.filter(([name]) => isKept(name.toLowerCase()));
    const body = isRecord(answer.body) ? answer.body.data : answer.body;
    if (typeof body === 'string' && !Buffer.isBuffer(response.body)) {
      await response.body[Symbol.asyncIterator]().return?.();
    }
    return {
      status: answer.statusCode,
      headers: [...kept, ...flatten(answer.headers)],
      body: typeof body === 'string' ? Buffer.from(body) : response.body,
      ...(logged.length > 0 ? { reason: logged.join(' ') } : {}),
    };
  };
};

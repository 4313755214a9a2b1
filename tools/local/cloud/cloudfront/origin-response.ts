import { createContext, Script } from 'node:vm';
import { type EdgeRequest, type EdgeResponse, HOP_BY_HOP } from '../http-message.ts';
import { isRecord } from '../template/shape.ts';
import type { Distribution } from './distribution.ts';
import { DISALLOWED, ViewerFunctionError } from './viewer-function.ts';

// Lambda@Edge, in its own context. It runs for every response of the origin, errors included, and never sees the body
// (developer guide, "Restrictions on edge functions" and "Lambda@Edge event structure").

export type OriginResponse = (request: EdgeRequest, response: EdgeResponse) => Promise<EdgeResponse>;

type Headers = Record<string, { key?: string; value: string }[]>;

/** Headers that the function does not see, or sees but may not change. They stay as they are. */
const isKept = (name: string): boolean => HOP_BY_HOP.has(name) || DISALLOWED.test(name) || name === 'via';

/**
 * Loads the source of a function, a CommonJS module that exports `handler`.
 *
 * @throws Error for unusable source
 */
export const createOriginResponse = (code: string, distribution: Distribution): OriginResponse => {
  const context = createContext({ exports: {}, URL });
  new Script(code).runInContext(context);
  const call = new Script('exports.handler(JSON.parse(input)).then((answer) => JSON.stringify(answer))');
  return async (request, response) => {
    const headers: Headers = {};
    for (const [key, value] of response.headers) {
      const name = key.toLowerCase();
      if (!isKept(name)) headers[name] = [...(headers[name] ?? []), { key, value }];
    }
    const cf = {
      config: {
        distributionDomainName: distribution.domainName,
        distributionId: distribution.id,
        eventType: 'origin-response',
      },
      request: { method: request.method, uri: request.path, querystring: request.query, headers: {} },
      response: { status: String(response.status), statusDescription: '', headers },
    };
    context.input = JSON.stringify({ Records: [{ cf }] });
    const answer: unknown = JSON.parse(
      await call.runInContext(context).catch((error: unknown) => {
        throw new ViewerFunctionError(String(error));
      }),
    );
    if (!isRecord(answer) || !isRecord(answer.headers)) throw new ViewerFunctionError('it returned no response');
    const changed = Object.entries(answer.headers as Headers);
    const disallowed = changed.find(([name]) => isKept(name) || name !== name.toLowerCase());
    if (disallowed) throw new ViewerFunctionError(`header ${disallowed[0]} is disallowed`);
    if (answer.status !== cf.response.status) throw new ViewerFunctionError('a new status is not modelled here');
    return {
      ...response,
      headers: [
        ...response.headers.filter(([name]) => isKept(name.toLowerCase())),
        ...changed.flatMap(([name, fields]) => fields.map(({ key = name, value }) => [key, value] as const)),
      ],
    };
  };
};

import type { HeaderList } from '../http-message.ts';

// API Gateway renames headers of an integration that concern the connection or carry a challenge (developer guide,
// "important notes"; the behaviour on the wire was reported for Lambda proxy answers).

const ALWAYS_REMAPPED = new Set(['connection', 'content-length', 'date', 'server', 'www-authenticate']);
const ALWAYS_DROPPED = new Set(['keep-alive', 'transfer-encoding', 'proxy-connection', 'upgrade', 'trailer', 'te']);

/** The headers of an integration's answer, as API Gateway sends them to the client. */
export const integrationHeaders = (headers: HeaderList): HeaderList =>
  headers.flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (ALWAYS_DROPPED.has(key)) return [];
    return [[ALWAYS_REMAPPED.has(key) ? `x-amzn-Remapped-${name}` : name, value] as const];
  });

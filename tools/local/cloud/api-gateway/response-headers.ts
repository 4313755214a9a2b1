import type { HeaderList } from '../http-message.ts';

// API Gateway does not let an integration speak of its own connection or name a challenge: such headers reach the
// client under another name (developer guide, "important notes"; wire behaviour reported for Lambda proxy answers).

const ALWAYS_REMAPPED = new Set(['connection', 'content-length', 'date', 'server', 'www-authenticate']);
const ALWAYS_DROPPED = new Set(['keep-alive', 'transfer-encoding', 'proxy-connection', 'upgrade', 'trailer', 'te']);

/** Headers of an integration's answer as they leave API Gateway. */
export const integrationHeaders = (headers: HeaderList): HeaderList =>
  headers.flatMap(([name, value]) => {
    const key = name.toLowerCase();
    if (ALWAYS_DROPPED.has(key)) return [];
    return [[ALWAYS_REMAPPED.has(key) ? `x-amzn-Remapped-${name}` : name, value] as const];
  });

import type { ServerConfiguration } from './schema.ts';

/** Whether the backend itself refuses headers that contradict the body. */
export const validatesHeaders = ({ backend }: ServerConfiguration): boolean =>
  backend.kind !== 'example' && backend.validatesHeaders;

/** The headers by which a server knows that a request came through Gatehouse. Their values are in a secret. */
export const credentialHeaders = ({ backend }: ServerConfiguration): string[] =>
  backend.kind === 'http' ? Object.keys(backend.headers) : [];

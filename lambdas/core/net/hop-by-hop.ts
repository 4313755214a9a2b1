const HOP_BY_HOP: ReadonlySet<string> = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Whether an intermediary must not forward a header, because it describes one connection (RFC 9110 §7.6.1).
 *
 * @param name the header's name, in lower case
 */
export const isHopByHop = (name: string): boolean => HOP_BY_HOP.has(name);

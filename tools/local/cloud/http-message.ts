/** Header fields in the order of arrival, with names as the sender spelled them. Nothing is merged. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** A request as it travels from the edge to an origin. */
export interface EdgeRequest {
  readonly method: string;
  /** Path as it was sent: neither decoded nor normalized. */
  readonly path: string;
  /** Query as it was sent, without `?`; empty when there was none. */
  readonly query: string;
  readonly headers: HeaderList;
  readonly body: Buffer;
  /** Address of the peer that connected to this hop. */
  readonly sourceIp: string;
  /** Aborted when the client disconnects. */
  readonly signal: AbortSignal;
}

export interface EdgeResponse {
  readonly status: number;
  readonly headers: HeaderList;
  readonly body: Buffer | AsyncIterable<Uint8Array>;
  /** For the console only: why the gateway itself answered, such as `UNAUTHORIZED`. */
  readonly reason?: string;
}

/** Every value of a header, in order. */
export const headerValues = (headers: HeaderList, name: string): string[] => {
  const wanted = name.toLowerCase();
  return headers.filter(([key]) => key.toLowerCase() === wanted).map(([, value]) => value);
};

/** The last value of a header: where API Gateway keeps one value only, it keeps this one. */
export const lastHeader = (headers: HeaderList, name: string): string | undefined => headerValues(headers, name).at(-1);

export const withoutHeaders = (headers: HeaderList, names: ReadonlySet<string>): HeaderList =>
  headers.filter(([name]) => !names.has(name.toLowerCase()));

/** The list with every occurrence of one header replaced by one value. */
export const withHeader = (headers: HeaderList, name: string, value: string): HeaderList => [
  ...withoutHeaders(headers, new Set([name.toLowerCase()])),
  [name, value],
];

/** `rawHeaders` of node:http as pairs. */
export const headerList = (rawHeaders: readonly string[]): HeaderList => {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '']);
  }
  return headers;
};

/** Header fields that apply to a single connection (RFC 9110 §7.6.1). */
export const HOP_BY_HOP = new Set([
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

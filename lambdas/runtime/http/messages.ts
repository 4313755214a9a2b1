import type { Language } from '../../core/language.ts';
import type { OAuthError } from '../../core/oauth-error.ts';

/** A request as the handlers see it, independent of API Gateway's event format. */
export interface HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** Decoded, in their order, with repeated parameters. */
  readonly query: URLSearchParams;
  /** Names in lower case, with every value that was sent. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
  readonly body: string;
  /** API Gateway's request id. Every error that users and clients see has it, and so does every log line. */
  readonly requestId: string;
  /** The language that the client of this login asked for. Set once the login is known, for every page and error after. */
  language?: Language | undefined;
}

export interface HttpResponse {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Complete `Set-Cookie` values. */
  readonly cookies?: readonly string[];
  readonly body?: string;
}

export type Handler = (request: HttpRequest) => Promise<HttpResponse>;

/** The one value of a header, or undefined when it is absent or was sent more than once. */
export const singleHeader = (request: Pick<HttpRequest, 'headers'>, name: string): string | undefined => {
  const values = request.headers.get(name.toLowerCase());
  return values?.length === 1 ? values[0] : undefined;
};

/** `Cache-Control` and `Pragma` of every response with a token or an error (RFC 6749 §5.1). */
export const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;

export const json = (status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): HttpResponse => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: JSON.stringify(body),
});

/** An error for a program (RFC 6749 §5.2), with the request id, which users can quote. */
export const errorJson = (error: OAuthError, request: HttpRequest): HttpResponse =>
  json(
    error.status,
    { error: error.code, error_description: error.message, request_id: request.requestId },
    { ...NO_STORE, ...error.headers },
  );

/** Redirects a browser, always by GET. A 307 would send the form a second time (RFC 9700 §4.12). */
export const seeOther = (location: string, cookies: readonly string[] = []): HttpResponse => ({
  status: 303,
  headers: { ...NO_STORE, location },
  cookies,
});

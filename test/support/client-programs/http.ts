import type { JsonAnswer } from '../http/oauth-requests.ts';
import { browserFetch } from './browser.ts';

export interface TracedRequest {
  readonly method: string;
  readonly url: string;
  readonly status: number;
  readonly durationMs: number;
}

/** The HTTP layer of one client: its user agent, the rules of its browser, and a record of its requests. */
export class ClientHttp {
  readonly trace: TracedRequest[] = [];
  readonly #userAgent: string | undefined;
  readonly #fetch: typeof fetch;

  constructor(options: { readonly userAgent?: string | undefined; readonly browserOrigin?: string | undefined }) {
    this.#userAgent = options.userAgent;
    this.#fetch = options.browserOrigin === undefined ? fetch : browserFetch(options.browserOrigin);
  }

  async send(url: string, init: RequestInit = {}): Promise<JsonAnswer> {
    const headers = new Headers(init.headers);
    if (this.#userAgent !== undefined) headers.set('user-agent', this.#userAgent);
    const startedAt = performance.now();
    // Real clients follow no unexpected redirect, because it would lose the token or the body.
    const response = await this.#fetch(url, { ...init, headers, redirect: 'manual' });
    const text = await response.text();
    const { status } = response;
    this.trace.push({ method: init.method ?? 'GET', url, status, durationMs: performance.now() - startedAt });
    return { status, headers: response.headers, body: bodyOf(text, response.headers.get('content-type') ?? '') };
  }

  postForm(url: string, form: URLSearchParams, headers: Readonly<Record<string, string>> = {}): Promise<JsonAnswer> {
    return this.send(url, { method: 'POST', headers: { accept: 'application/json', ...headers }, body: form });
  }

  postJson(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<JsonAnswer> {
    return this.send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body: JSON.stringify(body),
    });
  }
}

/** JSON, or the last message of an event stream; anything else stays text. */
const bodyOf = (text: string, contentType: string): unknown => {
  if (contentType.startsWith('text/event-stream')) {
    return JSON.parse(
      text
        .split('\n')
        .findLast((line) => line.startsWith('data: {'))
        ?.slice(6) ?? 'null',
    );
  }
  return contentType.includes('json') && text !== '' ? JSON.parse(text) : text;
};

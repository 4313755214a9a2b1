// Fetch standard, as far as CORS without credentials goes: what a script of another origin may send and read.

const SAFE_REQUEST_HEADERS = new Set(['accept', 'accept-language', 'content-language']);
const SAFE_CONTENT_TYPES = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];
const SAFE_RESPONSE_HEADERS = new Set([
  'cache-control',
  'content-language',
  'content-length',
  'content-type',
  'expires',
  'last-modified',
  'pragma',
]);
/** Headers that the browser adds, not the script. */
const ADDED_BY_BROWSER = new Set(['user-agent', 'origin']);

const listOf = (headers: Headers, name: string): string[] =>
  (headers.get(name) ?? '').split(',').flatMap((part) => part.trim().toLowerCase() || []);

const refuse = (why: string): never => {
  throw new TypeError(`Failed to fetch: ${why}`);
};

const isSafe = (name: string, value: string): boolean =>
  SAFE_REQUEST_HEADERS.has(name) ||
  ADDED_BY_BROWSER.has(name) ||
  (name === 'content-type' && SAFE_CONTENT_TYPES.some((type) => value.toLowerCase().startsWith(type)));

const assertShared = (response: Response, origin: string): void => {
  const allowed = response.headers.get('access-control-allow-origin');
  if (allowed !== '*' && allowed !== origin) refuse(`Access-Control-Allow-Origin of ${response.url} is ${allowed}`);
};

const preflight = async (url: string, origin: string, method: string, unsafe: readonly string[]): Promise<void> => {
  const response = await fetch(url, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': method,
      ...(unsafe.length > 0 ? { 'access-control-request-headers': unsafe.join(',') } : {}),
    },
    redirect: 'manual',
  });
  assertShared(response, origin);
  if (!response.ok) refuse(`the preflight of ${url} was answered ${response.status}`);
  const methods = listOf(response.headers, 'access-control-allow-methods');
  if (!['get', 'post', 'head'].includes(method.toLowerCase()) && !methods.includes(method.toLowerCase())) {
    refuse(`${method} is not allowed at ${url}`);
  }
  const names = listOf(response.headers, 'access-control-allow-headers');
  const missing = unsafe.filter((name) => !names.includes(name) && (name === 'authorization' || !names.includes('*')));
  if (missing.length > 0) refuse(`${missing.join(', ')} may not be sent to ${url}`);
};

/** `fetch` of a page at `origin`: throws where a browser would, and hides headers that are not exposed. */
export const browserFetch =
  (origin: string): typeof fetch =>
  async (input, init = {}) => {
    const url = String(input);
    const headers = new Headers(init.headers);
    if (init.body instanceof URLSearchParams) headers.set('content-type', 'application/x-www-form-urlencoded');
    const method = init.method ?? 'GET';
    const unsafe = [...headers].filter(([name, value]) => !isSafe(name, value)).map(([name]) => name);
    if (unsafe.length > 0 || !['GET', 'HEAD', 'POST'].includes(method)) await preflight(url, origin, method, unsafe);

    headers.set('origin', origin);
    const response = await fetch(url, { ...init, headers });
    assertShared(response, origin);
    const exposed = listOf(response.headers, 'access-control-expose-headers');
    const readable = [...response.headers].filter(
      ([name]) => SAFE_RESPONSE_HEADERS.has(name) || exposed.includes(name) || exposed.includes('*'),
    );
    const hasBody = ![101, 204, 205, 304].includes(response.status);
    return new Response(hasBody ? response.body : null, { status: response.status, headers: readable });
  };

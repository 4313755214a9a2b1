import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { launchChromium } from '../support/browser/chromium.ts';
import { sharedCloud } from '../support/cloud/shared-cloud.ts';
import { obtainSession } from '../support/http/oauth-requests.ts';

// A client in a page of another origin: which requests the browser allows, and what the script can read.

const cloud = sharedCloud();

let browser: Browser | undefined;
let site: Server;
let page: Page;
let token: string;

beforeAll(async () => {
  browser = await launchChromium();
  site = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>client</title>');
  });
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  token = (await obtainSession(cloud, { parameters: { scope: 'mcp' } })).accessToken;
  if (browser === undefined) return;
  page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${(site.address() as AddressInfo).port}/`);
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await new Promise((resolve) => site.close(resolve));
});

interface Read {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly text: string;
}

interface PageRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

/** Calls fetch in the page. It throws as it does there if CORS forbids the request. */
const fetchInPage = (url: string, init: PageRequest): Promise<Read> =>
  page.evaluate(
    async ([target, options]) => {
      const response = await fetch(target, options);
      return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
    },
    [url, init] as const,
  );

const post = (headers: Record<string, string>, body: unknown): Promise<Read> =>
  fetchInPage(cloud.mcpUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: JSON.stringify(body),
  });

const call = (name: string) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: {
    name,
    arguments: { text: 'hello' },
    _meta: {
      'io.modelcontextprotocol/protocolVersion': '2026-07-28',
      'io.modelcontextprotocol/clientInfo': { name: 'page', version: '1' },
      'io.modelcontextprotocol/clientCapabilities': {},
    },
  },
});
const headersFor = (name: string) => ({
  authorization: `Bearer ${token}`,
  'mcp-protocol-version': '2026-07-28',
  'mcp-method': 'tools/call',
  'mcp-name': name,
  'mcp-param-foo': 'bar',
});

const inChromium = (name: string, run: () => Promise<void>) =>
  it(name, async () => {
    if (browser !== undefined) await run();
  });

describe('A client in a page of another origin (Fetch, CORS)', () => {
  inChromium('may send Authorization and Mcp-Param-*, and read the response', async () => {
    const answer = await post(headersFor('echo'), call('echo'));
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('hello');
  });

  inChromium('reads the challenge of 401 and of 403', async () => {
    const [unauthorized, forbidden] = [
      await post({}, call('echo')),
      await post(headersFor('danger_reset'), call('danger_reset')),
    ];
    expect(unauthorized.status).toBe(401);
    expect(unauthorized.headers['www-authenticate']).toContain('/.well-known/oauth-protected-resource/mcp');
    expect(forbidden.status).toBe(403);
    expect(forbidden.headers['www-authenticate']).toContain('scope="mcp mcp:write"');
  });

  inChromium('reads refusals of the inspector and errors of the server', async () => {
    const refused = await post({ ...headersFor('echo'), 'mcp-name': 'whoami' }, call('echo'));
    expect([refused.status, JSON.parse(refused.text).error.code]).toEqual([400, -32020]);
    const unknown = { ...call('echo'), method: 'no/such' };
    const answer = await post({ ...headersFor('echo'), 'mcp-method': 'no/such' }, unknown);
    expect([answer.status, JSON.parse(answer.text).error.code]).toEqual([404, -32601]);
  });

  inChromium('may send GET and DELETE', async () => {
    for (const method of ['GET', 'DELETE']) {
      const headers = { authorization: `Bearer ${token}`, 'mcp-session-id': 'abc', 'last-event-id': '1' };
      expect((await fetchInPage(cloud.mcpUrl, { method, headers })).status).toBe(405);
    }
  });

  inChromium('reads no page for users', async () => {
    await expect(fetchInPage(`${cloud.origin}/authorize`, {})).rejects.toThrow('Failed to fetch');
  });
});

import { Browser } from '../../support/authorization/browser.ts';
import { authorizationQuery } from '../../support/authorization/requests.ts';
import { expectPage, gateWithClient } from './fixture.ts';

const UNKNOWN = authorizationQuery({ client_id: 'gh_client_unknown' });
const FIREFOX = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8';

const visit = (accept: string | undefined, query = UNKNOWN, gate = gateWithClient()) => {
  const browser = new Browser();
  browser.headers = () => (accept === undefined ? {} : { accept });
  return gate.authorize(query, browser);
};

describe('A6: errors of /authorize that are never redirected (RFC 6749 §4.1.2.1)', () => {
  it.each([
    'application/json',
    '*/*',
    undefined,
    '',
    'text/*',
    'text/html;q=0',
    'text/html; q=0.000, */*',
    'text/htmlx',
    'application/json, text/event-stream',
  ])('a program that sends Accept %j learns in JSON that its client is gone', async (accept) => {
    const answer = await visit(accept);
    expect([answer.status, answer.headers.location, answer.cookies]).toEqual([400, undefined, []]);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(JSON.parse(answer.body)).toEqual({
      error: 'invalid_client',
      error_description: 'No client has this client_id, or its registration has expired. Register again.',
      request_id: 'request-1',
    });
  });

  it.each([FIREFOX, 'text/html', 'TEXT/HTML;level=1', 'application/json, text/html;q=0.5', 'text/html;q=0.001'])(
    'a browser that sends Accept %j gets a page with the code beside the request id',
    async (accept) => {
      const answer = await visit(accept);
      expectPage(answer);
      expect(answer.body).toContain('<code>request-1</code> (<code>invalid_client</code>)');
    },
  );

  it.each([
    ['no client_id', { client_id: undefined }, 'invalid_request'],
    ['an unregistered redirect_uri', { redirect_uri: 'https://evil.test/cb' }, 'invalid_request'],
    ['a state that is too long to return', { state: 'x'.repeat(6200) }, 'invalid_request'],
    ['a document whose host is down', { client_id: 'https://down.example.com/client.json' }, 'invalid_request'],
  ])('the code of %s is in the page and in the JSON', async (_, overrides, code) => {
    const gate = gateWithClient();
    gate.documents.set('https://down.example.com/client.json', 'down');
    const query = authorizationQuery(overrides);
    const answer = await visit('*/*', query, gate);
    expect([answer.status, answer.headers.location, JSON.parse(answer.body).error]).toEqual([400, undefined, code]);
    expect((await visit(FIREFOX, query, gate)).body).toContain(`(<code>${code}</code>)`);
  });

  it('a blocked client is access_denied, a fault temporarily_unavailable with Retry-After', async () => {
    const gate = gateWithClient();
    gate.addClient({ blocked: true });
    const blocked = await visit('*/*', authorizationQuery(), gate);
    expect([blocked.status, JSON.parse(blocked.body).error]).toEqual([403, 'access_denied']);
    gate.clients.failing = true;
    const failed = await visit('*/*', authorizationQuery(), gate);
    expect([failed.status, JSON.parse(failed.body).error]).toEqual([503, 'temporarily_unavailable']);
    expect(failed.headers['retry-after']).toMatch(/^[2-8]$/);
  });

  it('errors that are redirected stay so for programs', async () => {
    expect((await visit('application/json', authorizationQuery({ response_type: 'x' }))).status).toBe(303);
  });
});

import { type LocalCloud, startLocalCloud } from '../../support/cloud/local-cloud.ts';
import { sharedCloud } from '../../support/cloud/shared-cloud.ts';

const CHALLENGE = 'Zx1-openai.challenge_0';
const SECURITY = 'Contact: mailto:security@example.com\nPreferred-Languages: en, de\n# "Zürich" $x #end `y`\n';

describe('A document below /.well-known/ (RFC 8615 §3)', () => {
  let cloud: LocalCloud;
  beforeAll(async () => {
    cloud = await startLocalCloud({
      config: { wellKnown: { 'openai-apps-challenge': CHALLENGE, 'security.txt': SECURITY } },
    });
  }, 60_000);
  afterAll(() => cloud?.stop());

  it.each([
    ['openai-apps-challenge', CHALLENGE],
    ['security.txt', SECURITY],
  ])('%s has exactly the text of the configuration, and no cache keeps it', async (name, text) => {
    const answer = await fetch(`${cloud.origin}/.well-known/${name}?x=1`);
    expect([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')]).toEqual([
      200,
      'text/plain; charset=utf-8',
      'no-store',
    ]);
    expect(await answer.text()).toBe(text);
  });

  it('has no body for HEAD (RFC 9110 §9.3.2)', async () => {
    const answer = await fetch(`${cloud.origin}/.well-known/security.txt`, { method: 'HEAD' });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
  });

  it.each(['', '/', 's', '/security.txt'])('is not found with %j behind its name', async (rest) => {
    const answer = await fetch(`${cloud.origin}/.well-known/openai-apps-challenge${rest}`);
    expect(answer.status).toBe(rest === '' ? 200 : 404);
  });

  it("changes none of the authorization server's own documents", async () => {
    const answer = await fetch(`${cloud.origin}/.well-known/oauth-authorization-server`);
    expect(await answer.json()).toMatchObject({ issuer: cloud.origin });
  });

  it('is not found while the configuration has none', async () => {
    const answer = await fetch(`${sharedCloud().origin}/.well-known/openai-apps-challenge`);
    expect([answer.status, await answer.json()]).toEqual([404, expect.objectContaining({ error: 'not_found' })]);
  });
});

import { RESTORE_CHALLENGES_CODE } from '../../../lib/edge/restore-challenges.ts';
import { bodyOf, header } from '../template-fixture.ts';
import { answering, request, serve } from './serve.ts';

const RENAMED = 'x-amzn-Remapped-WWW-Authenticate';
const OURS = 'https://localhost:4800/.well-known/oauth-protected-resource/mcp';

const restored = async (status: number, ...challenges: string[]) => {
  const origin = answering(
    status,
    challenges.map((value) => [RENAMED, value] as const),
  );
  const { edge } = serve(origin, { originResponseCode: RESTORE_CHALLENGES_CODE });
  const response = await edge(request('POST', '/a'));
  expect(header(response, RENAMED)).toBeUndefined();
  return response;
};

describe('A31: the function at the edge for responses of the origin', () => {
  it.each([
    'Basic realm="Gatehouse"',
    'Bearer error="invalid_token"',
    `Bearer error="insufficient_scope", scope="mcp admin", resource_metadata="${OURS}"`,
  ])('gives %s its name again, and leaves the rest as it is', async (challenge) => {
    for (const status of [401, 403]) {
      const response = await restored(status, challenge);
      expect([response.status, header(response, 'www-authenticate')]).toEqual([status, challenge]);
      expect(await bodyOf(response)).toBe('body');
    }
  });

  it.each([
    'Bearer resource_metadata="https://elsewhere.example/.well-known/oauth-protected-resource"',
    `Bearer resource_metadata="${OURS}", Bearer resource_metadata=https://elsewhere.example/`,
    'Bearer Resource_Metadata = "https://localhost:4800@elsewhere.example/"',
    'Bearer resource_metadata="/relative"',
    'Bearer resource_metadata="\\https://elsewhere.example/"',
  ])('removes %s, which would send clients to another authorization server', async (challenge) => {
    const response = await restored(401, challenge, 'Bearer scope="mcp"');
    expect(response.headers.filter(([name]) => /www-authenticate/i.test(name))).toEqual([
      ['WWW-Authenticate', 'Bearer scope="mcp"'],
    ]);
  });

  it('leaves responses without a renamed header as they are, the challenge of a gateway response included', async () => {
    const sent = [
      ['WWW-Authenticate', `Bearer resource_metadata="${OURS}"`],
      ['X-A', '1'],
    ] as const;
    const { edge } = serve(answering(401, sent), { originResponseCode: RESTORE_CHALLENGES_CODE });
    const response = await edge(request('POST', '/a'));
    expect(response.headers).toEqual(expect.arrayContaining(sent.map((pair) => [...pair])));
  });
});

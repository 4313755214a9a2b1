import { deriveSubject } from '../../../lambdas/core/authorization/upstream-leg.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { endTokensOf } from '../../../lambdas/privacy/mark.ts';
import { requestSigner } from '../../../lambdas/runtime/adapters/request-signer.ts';

const SECRET = 'the secret of which subjects are made';
const ADA = deriveSubject(SECRET, 'https://login.example.com', 'ada-upstream');

describe('The mark', () => {
  const options = {
    functionName: 'KeyRing',
    sign: requestSigner('lambda', {
      endpoint: 'https://lambda.eu-central-1.amazonaws.com',
      region: 'eu-central-1',
      accessKeyId: 'id',
      secretAccessKey: 'key',
    }),
  };
  const answering = (answer: Response | Error) => {
    const calls: { url: string; body: unknown }[] = [];
    const send = async (url: string | URL | Request, init?: RequestInit) => {
      calls.push({ url: String(url), body: JSON.parse(String(init?.body)) });
      if (answer instanceof Error) throw answer;
      return answer;
    };
    return { calls, endTokens: endTokensOf({ ...options, fetch: send }) };
  };

  it('is set by the key-ring function', async () => {
    const { calls, endTokens } = answering(new Response('{}'));
    await endTokens(ADA);
    expect(calls).toEqual([
      {
        url: 'https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/KeyRing/invocations',
        body: { action: 'setNotBefore', erasedSubject: ADA },
      },
    ]);
  });

  it.each([
    [
      'a function that failed, with status 200',
      new Response('{}', { headers: { 'x-amz-function-error': 'Unhandled' } }),
    ],
    ['Lambda that refuses', new Response('{}', { status: 403 })],
    ['Lambda that does not answer', new TypeError('fetch failed')],
  ])('%s is a fault of ours', async (_what, answer) => {
    await expect(answering(answer).endTokens(ADA)).rejects.toThrow(UnavailableError);
  });
});

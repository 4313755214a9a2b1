import { formatRefreshToken } from '../../../lambdas/core/grants/refresh-token.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import { accessTokenClaims, clientAccessTokenClaims } from '../../../lambdas/core/tokens/access-token.ts';
import { newTestKey, ringOf, signedJwt } from '../../support/credentials/signing-key.ts';
import { key, OPTIONS, startAuthorizer, tokenFor } from '../../support/memory/authorizer-harness.ts';
import { ISSUER, NOW, RESOURCE, redeemedGrant, testGrant } from '../../support/memory/records.ts';

const newKey = newTestKey();

let state: ReturnType<typeof startAuthorizer>['state'];
let memory: ReturnType<typeof startAuthorizer>['memory'];
let call: ReturnType<typeof startAuthorizer>['call'];
let callWith: ReturnType<typeof startAuthorizer>['callWith'];
beforeEach(() => {
  ({ state, memory, call, callWith } = startAuthorizer());
});

describe('Authorizer (RFC 6750, RFC 9068 §4)', () => {
  it('B13: a refusal has no stack trace, which Lambda would log for every request without a token', async () => {
    const error: unknown = await callWith('x').catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: 'Unauthorized', stack: 'Error: Unauthorized' });
    expect(Error.stackTraceLimit).toBeGreaterThan(0);
  });

  it('RFC 9068 §2.2: a client credentials token identifies the client and no user', async () => {
    const subject = { clientId: 'machine', resource: RESOURCE, scopes: ['mcp', 'email', 'profile'] };
    const { context, principalId } = await callWith(signedJwt(key, clientAccessTokenClaims(subject, OPTIONS)));
    expect(principalId).toBe('machine');
    expect(context).toEqual({
      subject: 'machine',
      clientId: 'machine',
      scopes: 'mcp email profile',
      upstreamSubject: '-',
      email: '-',
      name: '-',
      identityProvider: '-',
    });
  });

  it('#111: lets a valid token through to every route of this API and stage', async () => {
    const { policyDocument, principalId } = await callWith(tokenFor());
    expect(principalId).toBe('subject-of-ada');
    expect(policyDocument.Statement).toEqual([
      {
        Action: 'execute-api:Invoke',
        Effect: 'Allow',
        Resource: 'arn:aws:execute-api:eu-west-1:000000000000:api1/prod/*',
      },
    ]);
  });

  it('the context has every key, with - for missing values', async () => {
    expect((await callWith(tokenFor())).context).toEqual({
      subject: 'subject-of-ada',
      upstreamSubject: '-',
      email: '-',
      name: '-',
      scopes: 'mcp',
      clientId: 'client-1',
      identityProvider: 'company',
    });
    expect((await callWith(tokenFor({}, ['mcp', 'email', 'profile']))).context).toEqual({
      subject: 'subject-of-ada',
      upstreamSubject: 'ada-upstream',
      email: 'ada@example.com',
      name: 'Ada Lovelace',
      scopes: 'mcp email profile',
      clientId: 'client-1',
      identityProvider: 'company',
    });
  });

  it.each([
    ['Jürgen Groß 🚀', 'J%C3%BCrgen Gro%C3%9F %F0%9F%9A%80'],
    ['a\r\nX-Gatehouse-Subject: eve', 'a%0D%0AX-Gatehouse-Subject: eve'],
    ['100 %', '100 %25'],
    ['\u0000', '%00'],
    ['   ', '-'],
    ['', '-'],
    ['\u202eadA', '%E2%80%AEadA'],
    ['\ud800', '%EF%BF%BD'],
  ])('#120: the name %j is sent in a header as %j', async (name, value) => {
    const identity = { ...testGrant().identity, name };
    const { context } = await callWith(tokenFor({ identity }, ['mcp', 'profile']));
    expect(context?.name).toBe(value);
    if (name.isWellFormed() && value !== '-') expect(decodeURIComponent(value)).toBe(name);
  });

  it('#120: an upstream subject that is too long is left out, never shortened', async () => {
    const identity = { ...testGrant().identity, subject: 'a'.repeat(3000) };
    const { context } = await callWith(tokenFor({ identity }, ['mcp', 'profile']));
    expect(context?.upstreamSubject).toBe('-');
  });

  it('#116: the scheme and the header’s name in any case', async () => {
    for (const name of ['authorization', 'AUTHORIZATION', 'Authorization']) {
      await call({ [name]: [`bEaReR ${tokenFor()}`] });
    }
  });

  it.each([
    ['no header', {}],
    ['empty', { Authorization: [''] }],
    ['Basic', { Authorization: ['Basic abc'] }],
    ['no token', { Authorization: ['Bearer'] }],
    ['two tokens in one header', { Authorization: [`Bearer ${tokenFor()} ${tokenFor()}`] }],
    ['the header twice', { Authorization: [`Bearer ${tokenFor()}`, `Bearer ${tokenFor()}`] }],
    ['the header twice, in two spellings', { Authorization: [`Bearer ${tokenFor()}`], authorization: ['Bearer a'] }],
    ['two values joined', { Authorization: [`Bearer ${tokenFor()}, Bearer ${tokenFor()}`] }],
    ['garbage', { Authorization: ['Bearer garbage'] }],
    ['#87 a refresh token', { Authorization: [`Bearer ${formatRefreshToken(redeemedGrant().first.token)}`] }],
    ['#99 another resource', { Authorization: [`Bearer ${tokenFor({ resource: `${ISSUER}/other` })}`] }],
    ['#98 another type', { Authorization: [`Bearer ${signedJwt(key, {}, { alg: 'RS256', kid: key.publicJwk.kid })}`] }],
    ['#95 another key', { Authorization: [`Bearer ${signedJwt(newKey, {})}`] }],
  ])('#116: 401 for %s', async (_name, headers) => {
    await expect(call(headers as Record<string, string[]>)).rejects.toThrow(/^Unauthorized$/);
    expect(memory.names()).toEqual(['authorizer_denied']);
  });

  it('#102: 401 from the second at which it expires', async () => {
    const token = tokenFor();
    state.now = NOW + 3599;
    await callWith(token);
    state.now = NOW + 3600;
    await expect(callWith(token)).rejects.toThrow(/^Unauthorized$/);
  });

  it('#113: servers are distinguished by the API alone, and a token for one is refused by the other', async () => {
    const token = tokenFor({ resource: `${ISSUER}/other` }, ['mcp', 'email']);
    await callWith(token, { apiId: 'api2' });
    await expect(callWith(token)).rejects.toThrow(/^Unauthorized$/);
    await expect(callWith(tokenFor(), { apiId: 'api2' })).rejects.toThrow(/^Unauthorized$/);
  });

  it('#114: an API that is not configured fails closed, as a server fault', async () => {
    for (const apiId of ['api5', 'toString', '__proto__']) {
      await expect(callWith(tokenFor(), { apiId })).rejects.toThrow('not among the protected resources');
    }
  });

  it('403: a missing scope is denied with the challenge that names all scopes of the operation', async () => {
    const token = tokenFor({ resource: `${ISSUER}/other` }, ['mcp']);
    const { policyDocument, context } = await callWith(token, { apiId: 'api2' });
    expect(policyDocument.Statement[0]?.Effect).toBe('Deny');
    expect(context).toEqual({
      challenge:
        'Bearer error="insufficient_scope", scope="mcp email", ' +
        `resource_metadata="${ISSUER}/.well-known/oauth-protected-resource/other", ` +
        'error_description="This operation needs scopes that the access token does not have."',
      neededScopes: 'mcp email',
    });
  });

  it('a scope that implies the required one is enough', async () => {
    const { policyDocument } = await callWith(tokenFor({}, ['mcp:write']));
    expect(policyDocument.Statement[0]?.Effect).toBe('Allow');
  });

  it('a warm authorizer waits for nothing', async () => {
    await callWith(tokenFor());
    state.now += 45;
    state.read = () => new Promise(() => {});
    await callWith(tokenFor());
    expect(state.reads).toBe(2);
  });

  it('#109: a token of a newly published key is accepted', async () => {
    await callWith(tokenFor());
    state.read = async () => ringOf(key, newKey);
    state.now += 5;
    await callWith(signedJwt(newKey, accessTokenClaims(testGrant(), ['mcp'], OPTIONS)));
    expect(state.reads).toBe(2);
  });

  it('#110: 1,000 unknown key ids cost one read', async () => {
    await callWith(tokenFor());
    state.now += 5;
    for (let count = 0; count < 1000; count += 1) {
      const kid = String(count).padStart(43, 'A');
      const token = `${Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt', kid })).toString('base64url')}.e30.AA`;
      await expect(callWith(token)).rejects.toThrow(/^Unauthorized$/);
    }
    expect(state.reads).toBe(2);
  });

  it('#114: a cold start without DynamoDB fails closed, and not with 401', async () => {
    state.read = async () => {
      throw new UnavailableError('DynamoDB');
    };
    await expect(callWith(tokenFor())).rejects.toThrow('could not decide');
    expect(memory.names()).toEqual(['authorizer_failed']);
    state.read = async () => ringOf(key);
    await callWith(tokenFor());
  });

  it('logs no part of the token', async () => {
    const token = tokenFor({ resource: RESOURCE }, []);
    await callWith(token);
    await expect(callWith(`${token}x`)).rejects.toThrow();
    for (const part of token.split('.')) expect(JSON.stringify(memory.events)).not.toContain(part);
  });
});

import { newConsent } from '../../../lambdas/core/authorization/consent.ts';
import { deriveSubject } from '../../../lambdas/core/authorization/upstream-leg.ts';
import { UnavailableError } from '../../../lambdas/core/oauth-error.ts';
import type { PrivacyDeps } from '../../../lambdas/privacy/deps.ts';
import { privacyHandler } from '../../../lambdas/privacy/handler.ts';
import { memoryLog } from '../../support/http/post-form.ts';
import { MemoryGrantStore } from '../../support/memory/memory-grant-store.ts';
import { MemoryConsentStore } from '../../support/memory/memory-stores.ts';
import { NOW, RESOURCE, redeemedGrant, testGrant } from '../../support/memory/records.ts';

const SECRET = 'the secret of which subjects are made';
const TENANT = '72f988bf-86f1-41af-91ab-2d7cd011db47';
const ADA = deriveSubject(SECRET, 'https://login.example.com', 'ada-upstream');
const identityProviders = {
  company: { issuer: 'https://login.example.com' },
  entra: { issuer: 'https://login.microsoftonline.com/organizations/v2.0' },
};

const CONSENT = newConsent(
  { clientId: 'client-1', redirectUri: 'https://app.example.com/callback', resource: RESOURCE, scopes: ['mcp'] },
  'hash-of-the-client',
  'company',
  NOW,
);

const start = (overrides: Partial<PrivacyDeps> = {}) => {
  const grants = new MemoryGrantStore();
  const consents = new MemoryConsentStore();
  const steps: string[] = [];
  const memory = memoryLog();
  const deps: PrivacyDeps = {
    identityProviders,
    subjectSecret: async () => SECRET,
    grants: {
      grantsOfSubject: (...asked) => grants.grantsOfSubject(...asked),
      deleteGrantsOfSubject: async (subject) => {
        const count = await grants.deleteGrantsOfSubject(subject);
        steps.push(`deleted ${count}`);
        return count;
      },
    },
    consents,
    endTokens: async (subject) => void steps.push(`ended ${subject === ADA ? 'ada' : subject}`),
    pause: async (milliseconds) => void steps.push(`waited ${milliseconds / 1000} s`),
    now: () => NOW,
    log: memory.log,
    ...overrides,
  };
  const run = (event: unknown) => privacyHandler(deps)(event, { awsRequestId: 'request-1' });
  return { ...memory, grants, consents, steps, run };
};

describe('Erasing a user (#238)', () => {
  it('ends the tokens, then deletes every row, and repeats this after the index delay', async () => {
    const late = testGrant({ subject: ADA });
    const world = start({ pause: async () => void (await world.grants.createGrant(late)) });
    for (const grant of [testGrant({ subject: ADA }), redeemedGrant({ subject: ADA }).grant, testGrant()]) {
      await world.grants.createGrant(grant);
    }
    const answer = await world.run({ action: 'erase', subject: ADA });
    expect(answer).toEqual({ subject: ADA, grants: 3, rememberedConsents: false, remains: expect.any(Array) });
    expect(world.steps).toEqual(['ended ada', 'deleted 2', 'deleted 1']);
    expect([...world.grants.rows.values()].map(({ subject }) => subject)).toEqual(['subject-of-ada']);
  });

  it('leaves evidence that identifies no user: the log gets only a hash of the subject', async () => {
    const { run, grants, events } = start();
    await grants.createGrant(testGrant({ subject: ADA }));
    await run({ action: 'erase', subject: ADA });
    expect(events).toEqual([
      {
        event: 'subject_erased',
        fields: { requestId: 'request-1', subject: ADA, grants: 1, rememberedConsents: false },
      },
    ]);
  });

  it('deletes nothing if the tokens cannot be ended, so that the command can be repeated', async () => {
    const { run, grants, events } = start({ endTokens: () => Promise.reject(new UnavailableError('Lambda')) });
    await grants.createGrant(testGrant({ subject: ADA }));
    await expect(run({ action: 'erase', subject: ADA })).rejects.toThrow(UnavailableError);
    expect([grants.rows.size, events]).toEqual([1, []]);
  });

  it('deletes the user’s remembered consents, and no other user’s', async () => {
    const { run, consents } = start();
    for (const subject of [ADA, 'grace']) await consents.rememberConsent(subject, CONSENT, NOW);
    expect(await run({ action: 'erase', subject: ADA })).toMatchObject({ grants: 0, rememberedConsents: true });
    expect([...consents.rows.keys()]).toEqual(['grace']);
  });

  it('waits for the index even if nothing is stored, and reports that', async () => {
    const { run, steps } = start();
    expect(await run({ action: 'erase', subject: ADA })).toMatchObject({ grants: 0 });
    expect(steps).toEqual(['ended ada', 'deleted 0', 'waited 5 s', 'deleted 0']);
  });
});

describe('Exporting a user (#239)', () => {
  it('shows what is stored, with readable times and without secrets or hashes', async () => {
    const { run, grants, consents, events } = start();
    await consents.rememberConsent(ADA, CONSENT, NOW);
    const { grant } = redeemedGrant({ subject: ADA, refusedScopes: ['mcp:write'], droppedScopes: ['custom'] });
    await grants.createGrant(grant);
    await grants.createGrant(testGrant({ subject: ADA, issuedAt: NOW - 600, expiresAt: NOW - 1 }));
    const answer = await run({ action: 'export', subject: ADA });
    expect(answer).toEqual({
      subject: ADA,
      exportedAt: '2027-01-15T08:00:00.000Z',
      connections: [
        {
          clientId: 'client-1',
          redirectUri: 'http://127.0.0.1:51000/callback',
          resource: 'https://gate.example.com/mcp',
          scopes: ['mcp', 'email'],
          refusedScopes: ['mcp:write'],
          droppedScopes: ['custom'],
          status: 'redeemed',
          since: '2027-01-15T08:00:00.000Z',
          lastUsed: '2027-01-15T08:00:00.000Z',
          keptUntil: '2027-02-14T08:00:00.000Z',
          identity: grant.identity,
        },
        expect.objectContaining({ status: 'issued', since: '2027-01-15T07:50:00.000Z' }),
      ],
      rememberedConsents: [
        {
          clientId: 'client-1',
          redirectUri: 'https://app.example.com/callback',
          resource: 'https://gate.example.com/mcp',
          scopes: ['mcp'],
          identityProviderId: 'company',
          since: '2027-01-15T08:00:00.000Z',
          keptUntil: '2027-04-15T08:00:00.000Z',
        },
      ],
    });
    const text = JSON.stringify(answer);
    for (const hash of [
      CONSENT.clientFingerprint,
      grant.codeHash,
      grant.codeChallenge,
      grant.grantId,
      grant.family?.familySecretHash ?? '',
    ]) {
      expect(hash).not.toBe('');
      expect(text).not.toContain(hash);
    }
    expect(events).toMatchObject([{ event: 'subject_exported', fields: { subject: ADA, grants: 2 } }]);
  });

  it('does not export members that a later version adds', async () => {
    const { run, grants } = start();
    const grant = testGrant({ subject: ADA });
    await grants.createGrant({
      ...grant,
      ...{ upstreamTokens: 'canary' },
      identity: { ...grant.identity, ...{ x: 'canary' } },
    });
    expect(JSON.stringify(await run({ action: 'export', subject: ADA }))).not.toContain('canary');
  });
});

describe('The user of a command', () => {
  it('can be named by the id at the provider', async () => {
    const { run } = start();
    const user = { identityProvider: 'company', upstreamSubject: 'ada-upstream' };
    expect(await run({ action: 'export', ...user })).toMatchObject({ subject: ADA });
  });

  it('needs the tenant at a provider with several tenants', async () => {
    const { run } = start();
    const user = { identityProvider: 'entra', upstreamSubject: 'ada', tenant: TENANT };
    const subject = deriveSubject(SECRET, `https://login.microsoftonline.com/${TENANT}/v2.0`, 'ada');
    expect(await run({ action: 'export', ...user })).toMatchObject({ subject });
  });

  it.each([
    [
      { identityProvider: 'google', upstreamSubject: 'ada' },
      'expected one of the configured ids (company, entra), got "google"',
    ],
    [{ identityProvider: '__proto__', upstreamSubject: 'ada' }, 'got "__proto__"'],
    [
      { identityProvider: 'entra', upstreamSubject: 'ada' },
      'tenant: expected the id of the user\'s tenant, because "entra" has several, got nothing',
    ],
    [{ identityProvider: 'entra', upstreamSubject: 'ada', tenant: 'x' }, 'got "x"'],
    [{ subject: 'ada' }, 'subject: expected the sub of an access token'],
  ])('%j is refused with a message', async (user, message) => {
    const { run, steps } = start();
    await expect(run({ action: 'erase', ...user })).rejects.toThrow(message);
    expect(steps).toEqual([]);
  });

  it.each([
    undefined,
    null,
    [],
    {},
    { action: 'erase' },
    { action: 'delete', subject: ADA },
    { action: 'erase', subject: ADA, upstreamSubject: 'ada' },
    { action: 'erase', subject: ADA, all: true },
    { action: 'erase', subject: 7 },
    { action: 'erase', identityProvider: 'company' },
    { action: 'erase', identityProvider: 'company', upstreamSubject: '' },
    { action: 'erase', identityProvider: 'company', upstreamSubject: 'ada', tenant: 1 },
    { source: 'aws.events' },
  ])('%j is not a command', async (event) => {
    const { run, steps } = start();
    await expect(run(event)).rejects.toThrow('expected {"action":"export"}');
    expect(steps).toEqual([]);
  });
});

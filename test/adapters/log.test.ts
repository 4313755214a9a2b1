import { createHash } from 'node:crypto';
import { jsonLog } from '../../lambdas/runtime/adapters/log.ts';

const logging = () => {
  const lines: string[] = [];
  const log = jsonLog((line) => void lines.push(line));
  const last = (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '');
  return { lines, log, last };
};
const FACTS = { requestId: 'r-1', clientId: 'client-1', grantId: 'grant-1' };

describe('What the log writes (catalogue §8)', () => {
  it('#233 writes only the first 8 digits of the SHA-256 of a grant’s or user’s identifier', () => {
    const { log, last, lines } = logging();
    log('token_revoked', FACTS);
    const hash = createHash('sha256').update('grant-1').digest('hex').slice(0, 8);
    expect(last()).toEqual({ time: expect.any(String), event: 'token_revoked', ...FACTS, grantId: hash });
    log('admin_action', { action: 'set_not_before', scope: 'subject', subject: 'subject-1' });
    expect(lines.join('')).not.toMatch(/grant-1|subject-1/);
  });

  it('writes only the listed fields, even if a caller passes others', () => {
    const { log, last } = logging();
    const more = { ...FACTS, code: 'canary', headers: { cookie: 'canary' } };
    log('code_issued', more);
    expect(Object.keys(last())).toEqual(['time', 'event', 'requestId', 'clientId', 'grantId']);
  });

  it.each([
    ['a code', 'gh_ac_AAAAAAAAAAAAAAAAAAAAAA.BBBBBBBBBBBBBBBB'],
    ['a refresh token', 'gh_rt_AAAAAAAAAAAAAAAAAAAAAA.BBBB.CCCC'],
    ['a client secret', 'gh_cs_AAAA-BBBB_CCCC'],
    ['a registration access token', 'gh_rat_AAAA'],
    ['a JWT', 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2lnbmF0dXJl'],
    ['#236 an e-mail address', 'ada.lovelace+x@example.com'],
  ])('#233 removes %s that a reason quotes', (_name, secret) => {
    const { log, last } = logging();
    log('request_failed', { requestId: 'r', path: '/token', detail: `it said "${secret}", so what` });
    expect(last().detail).toBe('it said "[redacted]", so what');
  });

  it('#235 writes one line of ASCII, without line breaks, control characters or direction marks', () => {
    const { log, last, lines } = logging();
    const hostile = 'a\n{"event":"forged"}\u001b[31m\u202e\u2028\u0085\u007f';
    log('request_refused', { requestId: 'r', path: '/token', error: 'invalid_request', detail: hostile });
    log('consent_shown', { requestId: 'r', clientId: `https://evil.example/${hostile}?query=canary` });
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^[ -~]+\n$/);
    expect(last().clientId).toBe('https://evil.example/a?{"event":"forged"}?[31m????');
  });

  it('#235 truncates a long value', () => {
    const { log, last } = logging();
    log('request_refused', { requestId: 'r', path: '/', error: 'x', detail: 'x'.repeat(5000) });
    expect(last().detail).toHaveLength(1000);
    log('consent_shown', { requestId: 'r', clientId: 'x'.repeat(5000) });
    expect(last().clientId).toHaveLength(200);
  });
});

describe('#232 a log that cannot be written causes no failure', () => {
  it('neither by throwing', () => {
    const log = jsonLog(() => {
      throw new Error('EPIPE');
    });
    expect(() => log('consent_shown', { requestId: 'r', clientId: 'c' })).not.toThrow();
  });

  it('nor by a stream that breaks later', () => {
    jsonLog();
    expect(() => process.stdout.emit('error', new Error('EPIPE'))).not.toThrow();
  });
});

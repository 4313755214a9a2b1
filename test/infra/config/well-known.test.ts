import { MAX_WELL_KNOWN_BYTES, OWN_WELL_KNOWN_NAMES } from '../../../lib/config/well-known.ts';
import { AUTHORIZATION_SERVER_ROUTES } from '../../../lib/functions/endpoints/index.ts';
import { GOOD, problemsOf } from './good-configuration.ts';

const problems = (wellKnown: unknown) => problemsOf({ ...GOOD, wellKnown });

describe('Documents below /.well-known/', () => {
  it.each(OWN_WELL_KNOWN_NAMES)('are refused under the name %s, which Gatehouse serves itself', (name) => {
    expect(problems({ [name]: 'x' })).toEqual([
      `wellKnown.${name}: expected a name that Gatehouse does not serve itself, got "${name}"`,
    ]);
  });

  it('have none of the names of its routes', () => {
    const served = AUTHORIZATION_SERVER_ROUTES.flatMap(({ path }) => /^\/\.well-known\/([^/]+)/.exec(path)?.[1] ?? []);
    expect(new Set(OWN_WELL_KNOWN_NAMES)).toEqual(new Set(served));
  });

  it.each(['a/b', '../x', '', 'a b', '%2e', '.hidden', 'x'.repeat(65)])('are refused under the name %j', (name) => {
    expect(problems({ [name]: 'x' })).toEqual([expect.stringContaining('expected a name of at most 64 letters')]);
  });

  it.each(['', 'a\u0000b', 'a\u2028b', '\ud800', 7])('are refused with the text %j', (content) => {
    expect(problems({ 'security.txt': content })).toEqual([
      expect.stringMatching(/^wellKnown\.security\.txt: expected the text itself/),
    ]);
  });

  it('may be short texts of several lines', () => {
    const contact = 'Contact: mailto:security@example.com\r\nExpires: 2027-01-01T00:00:00Z\n';
    expect(problems({ 'security.txt': contact, 'openai-apps-challenge': 'Zürich 🔑 "quoted" `x`' })).toEqual([]);
  });

  it('are refused together if they do not fit into the function at the edge', () => {
    const text = 'ü'.repeat(MAX_WELL_KNOWN_BYTES / 2);
    expect(problems({ 'security.txt': text })).toEqual([
      `wellKnown: expected at most ${MAX_WELL_KNOWN_BYTES} bytes of paths and texts, got ${MAX_WELL_KNOWN_BYTES + 32}`,
    ]);
  });
});

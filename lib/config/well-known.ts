import { documented, keyed, matching, text } from './fields.ts';

/** The function at the edge that answers with these texts may have 10 KB. */
export const MAX_WELL_KNOWN_BYTES = 2500;

/** Names below `/.well-known/` that Gatehouse serves itself. */
export const OWN_WELL_KNOWN_NAMES = [
  'oauth-protected-resource',
  'oauth-authorization-server',
  'openid-configuration',
  'jwks.json',
] as const;

/** One segment of a path that needs no escaping (RFC 8615 §3). */
const documentName = matching(
  'a name of at most 64 letters, digits and . _ -, such as "security.txt"',
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
);

const content = text(
  'the text itself, without control characters other than tabs and line ends',
  (value) => value.isWellFormed() && !/[^\P{Cc}\t\r\n]|[\u2028\u2029]/u.test(value),
);

/** Name → text of a document that other services look for. */
export const WellKnown = documented(keyed('an object: name → text', documentName, content).default({}), {
  description: 'name → text that `/.well-known/<name>` answers with, such as `openai-apps-challenge`',
  more: 'docs/deployment.md#files-that-other-services-look-for',
});

/** Path → text. */
export const wellKnownDocuments = (wellKnown: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(wellKnown).map(([name, content]) => [`/.well-known/${name}`, content]));

/** Returns the problems of names that are taken, and of texts that are too long. */
export const checkWellKnown = (wellKnown: Readonly<Record<string, string>>): string[] => {
  const bytes = Buffer.byteLength(JSON.stringify(wellKnownDocuments(wellKnown)));
  return [
    ...Object.keys(wellKnown)
      .filter((each) => OWN_WELL_KNOWN_NAMES.some((own) => own === each.toLowerCase()))
      .map((each) => `wellKnown.${each}: expected a name that Gatehouse does not serve itself, got "${each}"`),
    ...(bytes > MAX_WELL_KNOWN_BYTES
      ? [`wellKnown: expected at most ${MAX_WELL_KNOWN_BYTES} bytes of paths and texts, got ${bytes}`]
      : []),
  ];
};

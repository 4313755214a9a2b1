/** The user of a command: the `sub` of access tokens, or the id at the identity provider. */
export type SubjectReference =
  | { readonly subject: string }
  | { readonly identityProvider: string; readonly upstreamSubject: string; readonly tenant?: string };

/** A command that an operator sends with `aws lambda invoke`. */
export interface PrivacyCommand {
  readonly action: 'export' | 'erase';
  readonly user: SubjectReference;
}

const EXPECTED =
  'expected {"action":"export"} or {"action":"erase"} with either "subject":"…" (the sub of access tokens), or ' +
  '"identityProvider":"…" and "upstreamSubject":"…" (the id at the provider; with "tenant":"…" if it has many)';

/** An HMAC-SHA-256 in base64url. A mistyped subject must not look like a user without stored data. */
const SUBJECT = /^[A-Za-z0-9_-]{43}$/;

/**
 * Reads the command in an event.
 *
 * @throws TypeError for any other event
 */
export const parseCommand = (event: unknown): PrivacyCommand => {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw new TypeError(EXPECTED);
  const { action, ...reference } = event as Readonly<Record<string, unknown>>;
  if (action !== 'export' && action !== 'erase') throw new TypeError(EXPECTED);
  return { action, user: parseReference(reference) };
};

const parseReference = ({ subject, identityProvider, upstreamSubject, tenant, ...others }: Record<string, unknown>) => {
  const upstream = [identityProvider, upstreamSubject, tenant];
  if (Object.keys(others).length > 0) throw new TypeError(EXPECTED);
  if (typeof subject === 'string' && upstream.every((value) => value === undefined)) {
    if (SUBJECT.test(subject)) return { subject };
    throw new TypeError(`subject: expected the sub of an access token, 43 letters, digits, - and _, got "${subject}"`);
  }
  if (subject !== undefined || !isText(identityProvider) || !isText(upstreamSubject)) throw new TypeError(EXPECTED);
  if (tenant === undefined) return { identityProvider, upstreamSubject };
  if (!isText(tenant)) throw new TypeError(EXPECTED);
  return { identityProvider, upstreamSubject, tenant };
};

const isText = (value: unknown): value is string => typeof value === 'string' && value.length > 0;

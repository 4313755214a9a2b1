/** Whom a command is about: by the `sub` of access tokens, or as the identity provider knows them. */
export type SubjectReference =
  | { readonly subject: string }
  | { readonly identityProvider: string; readonly upstreamSubject: string; readonly tenant?: string };

/** What an administrator may ask of the function, by `aws lambda invoke`. */
export interface PrivacyCommand {
  readonly action: 'export' | 'erase';
  readonly person: SubjectReference;
}

const EXPECTED =
  'expected {"action":"export"} or {"action":"erase"} with either "subject":"…" (the sub of access tokens), or ' +
  '"identityProvider":"…" and "upstreamSubject":"…" (how the provider calls the person; with "tenant":"…" where it has many)';

/** An HMAC-SHA-256 in base64url: a slip of the pen must not pass for somebody of whom nothing is kept. */
const SUBJECT = /^[A-Za-z0-9_-]{43}$/;

/** @throws TypeError for anything that is no command */
export const parseCommand = (event: unknown): PrivacyCommand => {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) throw new TypeError(EXPECTED);
  const { action, ...person } = event as Readonly<Record<string, unknown>>;
  if (action !== 'export' && action !== 'erase') throw new TypeError(EXPECTED);
  return { action, person: personOf(person) };
};

const personOf = ({ subject, identityProvider, upstreamSubject, tenant, ...others }: Record<string, unknown>) => {
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

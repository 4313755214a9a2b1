import { formsOf } from '../http/html-form.ts';
import type { Answer } from './invoke.ts';

export const ISSUER = 'https://gate.example.com';
export const CODE_CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM'; // RFC 7636 App. B
export const REDIRECT_URI = 'https://client.example.com/callback';

export const authorizationQuery = (overrides: Readonly<Record<string, string | undefined>> = {}): URLSearchParams => {
  const query = new URLSearchParams();
  const parameters = {
    response_type: 'code',
    client_id: 'gh_client_test',
    redirect_uri: REDIRECT_URI,
    state: 'the state',
    code_challenge: CODE_CHALLENGE,
    code_challenge_method: 'S256',
    ...overrides,
  };
  for (const [name, value] of Object.entries(parameters)) if (value !== undefined) query.append(name, value);
  return query;
};

export const sealedRequestOf = (answer: Answer): string => {
  const sealed = formsOf(answer.body)[0]?.fields.request;
  if (sealed === undefined) throw new Error(`no consent form in the answer with status ${answer.status}`);
  return sealed;
};

export const locationOf = (answer: Answer): URL => {
  const { location } = answer.headers;
  if (location === undefined) throw new Error(`no Location in the answer with status ${answer.status}: ${answer.body}`);
  return new URL(location);
};

/** A sealed value that was tampered with: the first character of its last part, of which every bit counts, is another. */
export const withOneCharacterChanged = (sealed: string): string => {
  const start = sealed.lastIndexOf('.') + 1;
  return `${sealed.slice(0, start)}${sealed[start] === 'A' ? 'B' : 'A'}${sealed.slice(start + 1)}`;
};

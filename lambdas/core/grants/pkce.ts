import { createHash } from 'node:crypto';
import { constantTimeEqual } from '../crypto.ts';

/** 43 to 128 unreserved characters (RFC 7636 §4.1). */
const CODE_VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** `BASE64URL(SHA256(ASCII(code_verifier)))`: the only method that we support (RFC 7636 §4.2, OAuth 2.1 §7.5). */
export const codeChallengeOf = (codeVerifier: string): string =>
  createHash('sha256').update(codeVerifier, 'ascii').digest('base64url');

/** Whether the verifier is well-formed and matches the challenge (RFC 7636 §4.6). Never throws. */
export const isCodeVerifierFor = (codeVerifier: string | undefined, codeChallenge: string): boolean =>
  codeVerifier !== undefined &&
  CODE_VERIFIER.test(codeVerifier) &&
  constantTimeEqual(codeChallengeOf(codeVerifier), codeChallenge);

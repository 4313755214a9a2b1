import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { CLIENT_ASSERTION_TYPE } from '../../../lambdas/core/clients/assertion.ts';
import { newId } from '../../../lambdas/core/crypto.ts';

/** A client's key pair, and assertions signed with it (RFC 7523 §2.2) at a time that the test chooses. */
export const newAssertionKey = async (kid = 'key-1') => {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const publicJwk = { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' };
  const sign = (clientId: string, audience: string, now: number, claims: JWTPayload = {}): Promise<string> =>
    new SignJWT({ iss: clientId, sub: clientId, aud: audience, iat: now, exp: now + 60, jti: newId(), ...claims })
      .setProtectedHeader({ alg: 'ES256', kid })
      .sign(privateKey);
  return { publicJwk, jwks: { keys: [publicJwk] }, sign };
};

/** The form members that carry an assertion. */
export const assertionForm = (jwt: string) => ({
  client_assertion_type: CLIENT_ASSERTION_TYPE,
  client_assertion: jwt,
});

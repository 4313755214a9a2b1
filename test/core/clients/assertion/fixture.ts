import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import {
  authenticateByAssertion,
  type ClientAssertionDeps,
  parseClientAssertion,
} from '../../../../lambdas/core/clients/assertion.ts';
import type { Client } from '../../../../lambdas/core/clients/client.ts';
import { CLIENT_ASSERTION_ALGORITHMS } from '../../../../lambdas/core/clients/jwks.ts';

export const FETCH = { mayFetchKeys: true };
export const NOW = 1_790_000_000;
export const ISSUER = 'https://mcp.example.org';
export const TOKEN_ENDPOINT = `${ISSUER}/token`;
const CLIENT_ID = 'https://client.example.org/client.json';

const signing = {
  RS256: await generateKeyPair('RS256', { extractable: true }),
  PS256: await generateKeyPair('PS256', { extractable: true }),
  ES256: await generateKeyPair('ES256', { extractable: true }),
  EdDSA: await generateKeyPair('EdDSA', { extractable: true }),
};
type Alg = keyof typeof signing;
export const publicJwk = async (alg: Alg, members: JWK = {}): Promise<JWK> => ({
  ...(await exportJWK(signing[alg].publicKey)),
  kid: alg,
  ...members,
});
export const published = await Promise.all(CLIENT_ASSERTION_ALGORITHMS.map((alg) => publicJwk(alg)));

export const client: Client = {
  clientId: CLIENT_ID,
  source: 'document',
  redirectUris: ['https://client.example.org/callback'],
  grantTypes: ['authorization_code'],
  tokenEndpointAuthMethods: ['private_key_jwt', 'none'],
  jwksUri: 'https://client.example.org/jwks.json',
  issuedAt: 0,
};

export const goodClaims: JWTPayload = {
  iss: CLIENT_ID,
  sub: CLIENT_ID,
  aud: ISSUER,
  exp: NOW + 60,
  iat: NOW,
  jti: 'one',
};
export const sign = (claims: Record<string, unknown> = {}, header: Record<string, unknown> = {}, alg: Alg = 'ES256') =>
  new SignJWT({ ...goodClaims, ...claims } as JWTPayload)
    .setProtectedHeader({ alg, kid: alg, ...header })
    .sign(signing[alg].privateKey);

interface World {
  keys?: readonly JWK[];
  newerKeys?: readonly JWK[];
  client?: Partial<Client>;
}
/** A verifier with its keys and its store, and what was asked of them. */
export const world = ({ keys = published, newerKeys = keys, client: members = {} }: World = {}) => {
  const asked: string[] = [];
  const used = new Map<string, number>();
  const deps: ClientAssertionDeps = {
    issuer: ISSUER,
    tokenEndpoint: TOKEN_ENDPOINT,
    now: () => NOW,
    keys: {
      findKeys: async (_client, { unknownKid = false }) => {
        asked.push(unknownKid ? 'newer keys' : 'keys');
        return unknownKid ? newerKeys : keys;
      },
    },
    assertions: {
      useOnce: async (clientId, jti, expiresAt) => {
        asked.push('store');
        const key = JSON.stringify([clientId, jti]);
        if (used.has(key)) return false;
        used.set(key, expiresAt);
        return true;
      },
    },
  };
  const authenticate = async (jwt: string) =>
    authenticateByAssertion(deps, { ...client, ...members }, parseClientAssertion(jwt), FETCH);
  return { deps, asked, used, authenticate };
};
export const INVALID_CLIENT = { name: 'OAuthError', code: 'invalid_client', status: 401 };

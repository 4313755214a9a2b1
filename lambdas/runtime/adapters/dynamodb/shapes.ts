import * as z from 'zod/mini';
import type { RememberedConsent } from '../../../core/authorization/consent.ts';
import type { AuthorizationRequest, DeniedForm, Transaction } from '../../../core/authorization/transaction.ts';
import type { Client } from '../../../core/clients/client.ts';
import type { Grant } from '../../../core/grants/grant.ts';
import { LANGUAGES } from '../../../core/language.ts';
import type { SigningKey } from '../../../core/tokens/key-ring.ts';
import type { UpstreamState } from '../../../core/upstream/session.ts';
import type { KeyRingRow, RevokedGrantsRow } from './key-ring-row.ts';

// What this version requires of a row. Unknown members are accepted, because a later version may have added them.

const text = z.string();
const texts = z.array(text);
const seconds = z.number();
const maybe = z.exactOptional;

export const clientShape: z.ZodMiniType<Client> = z.object({
  clientId: text,
  source: z.enum(['registered', 'document']),
  clientName: maybe(text),
  redirectUris: texts,
  grantTypes: z.array(z.enum(['authorization_code', 'refresh_token', 'client_credentials'])),
  tokenEndpointAuthMethods: z.array(z.enum(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'])),
  clientSecretHash: maybe(text),
  jwksUri: maybe(text),
  jwks: maybe(z.object({ keys: z.array(z.record(text, z.unknown())) })),
  tokenEndpointAuthSigningAlg: maybe(text),
  applicationType: maybe(z.enum(['native', 'web'])),
  registrationAccessTokenHash: maybe(text),
  blocked: maybe(z.boolean()),
  issuedAt: seconds,
  expiresAt: maybe(seconds),
});

const requestShape: z.ZodMiniType<AuthorizationRequest> = z.object({
  clientId: text,
  clientSource: z.enum(['registered', 'document', 'configured']),
  clientName: maybe(text),
  clientExpiresAt: maybe(seconds),
  documentClient: maybe(clientShape),
  clientFingerprint: maybe(text),
  redirectUri: text,
  state: maybe(text),
  codeChallenge: text,
  scopes: texts,
  droppedScopes: maybe(texts),
  addedScopes: maybe(texts),
  impliedScopes: maybe(texts),
  resource: text,
  language: maybe(z.enum(LANGUAGES)),
});

const transaction = {
  transactionId: text,
  identityProviderId: text,
  status: z.enum(['approved', 'exchanging']),
  leg: z.number(),
  sealingKeyId: text,
  expiresAt: seconds,
};
export const transactionShape: z.ZodMiniType<Transaction | DeniedForm> = z.union([
  z.object({ transactionId: text, status: z.literal('denied'), expiresAt: seconds }),
  z.object({ ...transaction, purpose: z.literal('connections') }),
  z.object({
    ...transaction,
    purpose: maybe(z.never()),
    request: requestShape,
    remember: maybe(z.boolean()),
    rememberedSubject: maybe(text),
  }),
]);

const upstreamShape: z.ZodMiniType<UpstreamState> = z.object({
  version: z.number(),
  checkedAt: seconds,
  tokens: maybe(z.object({ encryptedDataKey: text, ciphertext: text })),
  cannotBeRefreshed: maybe(z.boolean()),
  leaseExpiresAt: maybe(seconds),
  pausedUntil: maybe(seconds),
  outcomeIsUnknown: maybe(z.boolean()),
});

export const grantShape: z.ZodMiniType<Grant> = z.object({
  grantId: text,
  clientId: text,
  redirectUri: text,
  codeChallenge: text,
  resource: text,
  scopes: texts,
  refusedScopes: maybe(texts),
  droppedScopes: maybe(texts),
  subject: text,
  identity: z.object({
    identityProviderId: text,
    issuer: text,
    subject: text,
    email: maybe(text),
    emailVerified: z.boolean(),
    name: maybe(text),
    claims: maybe(z.record(text, texts)),
  }),
  status: z.enum(['issued', 'redeemed', 'revoked']),
  codeHash: text,
  codeExpiresAt: seconds,
  redeemedAt: maybe(seconds),
  clientAuthMethod: maybe(z.enum(['none', 'client_secret_post', 'client_secret_basic', 'private_key_jwt'])),
  family: maybe(
    z.object({
      familySecretHash: text,
      generation: z.number(),
      generationSecretHash: text,
      previousGenerationSecretHash: maybe(text),
      rotationSalt: maybe(text),
      rotatedAt: seconds,
      idleExpiresAt: seconds,
      absoluteExpiresAt: seconds,
    }),
  ),
  upstream: maybe(upstreamShape),
  issuedAt: seconds,
  expiresAt: seconds,
});

const consentShape: z.ZodMiniType<RememberedConsent> = z.object({
  consentId: text,
  clientId: text,
  clientFingerprint: text,
  redirectUri: text,
  resource: text,
  scopes: texts,
  identityProviderId: text,
  givenAt: seconds,
  expiresAt: seconds,
});

/** All remembered consents of one user, in one row. */
export interface ConsentsRow {
  readonly subject: string;
  /** By consent id. */
  readonly consents: Readonly<Record<string, RememberedConsent>>;
  readonly version: number;
  readonly expiresAt: number;
}

export const consentsShape: z.ZodMiniType<ConsentsRow> = z.object({
  subject: text,
  consents: z.record(text, consentShape),
  version: z.number(),
  expiresAt: seconds,
});

const keyShape: z.ZodMiniType<SigningKey> = z.object({
  kid: text,
  keyArn: text,
  publicJwk: z.object({
    kty: z.literal('RSA'),
    n: text,
    e: text,
    kid: text,
    alg: z.literal('RS256'),
    use: z.literal('sig'),
  }),
  state: z.enum(['next', 'active', 'retiring', 'withdrawn']),
  since: seconds,
  longestTokenSeconds: maybe(z.number()),
});
const marks = z.record(text, seconds);
export const keyRingShape: z.ZodMiniType<KeyRingRow> = z.object({
  id: text,
  version: z.number(),
  keys: z.array(keyShape),
  notBefore: maybe(z.object({ all: maybe(seconds), clients: marks, subjects: marks, erased: maybe(marks) })),
});

export const revokedGrantsShape: z.ZodMiniType<RevokedGrantsRow> = z.object({
  id: text,
  version: z.number(),
  grants: marks,
  incompleteUntil: maybe(seconds),
  expiresAt: seconds,
});

export const assertionShape = z.object({ assertionId: text, expiresAt: seconds });

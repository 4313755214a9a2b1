import { createHmac, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const decode = (part: string | undefined): Json => JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) as Json;

/** Header and claims of a compact JWS, unverified. */
export const partsOf = (token: string): { header: Json; claims: Json } => {
  const [header, claims] = token.split('.');
  return { header: decode(header), claims: decode(claims) };
};

/** A key pair of the attacker. */
export const FOREIGN_KEY = generateKeyPairSync('rsa', { modulusLength: 2048 });

const assemble = (header: Json, claims: Json, signer: (input: string) => string): string => {
  const input = `${encode(header)}.${encode(claims)}`;
  return `${input}.${signer(input)}`;
};

export const rs256 = (header: Json, claims: Json, key: KeyObject = FOREIGN_KEY.privateKey): string =>
  assemble(header, claims, (input) => sign('sha256', Buffer.from(input), key).toString('base64url'));

export const hs256 = (header: Json, claims: Json, secret: string): string =>
  assemble({ ...header, alg: 'HS256' }, claims, (input) =>
    createHmac('sha256', secret).update(input).digest('base64url'),
  );

export const unsigned = (header: Json, claims: Json, alg: string): string =>
  assemble({ ...header, alg }, claims, () => '');

/** The token with changed claims or header. Its signature stays, and is now invalid. */
export const tampered = (token: string, change: { header?: Json; claims?: Json }): string => {
  const { header, claims } = partsOf(token);
  const signature = token.split('.')[2] ?? '';
  return assemble({ ...header, ...change.header }, { ...claims, ...change.claims }, () => signature);
};

/** Valid claims, to be signed by an attacker. */
export const plausibleClaims = (issuer: string, resource: string): Json => {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: issuer,
    sub: 'someone',
    aud: resource,
    client_id: 'some-client',
    scope: 'mcp',
    iat: now,
    exp: now + 3600,
    jti: randomUUID(),
    grant_id: 'some-grant',
    idp: 'company',
  };
};

import { NOW } from '../../support/memory/records.ts';

/** The rows of the first version, with every attribute. Never change them; add the rows of the next version instead. */
export const FIRST = {
  client: {
    clientId: { S: 'client-of-the-first-version' },
    source: { S: 'registered' },
    clientName: { S: 'A test client' },
    redirectUris: { L: [{ S: 'http://127.0.0.1:51000/callback' }] },
    grantTypes: { L: [{ S: 'authorization_code' }, { S: 'refresh_token' }] },
    tokenEndpointAuthMethods: { L: [{ S: 'none' }] },
    issuedAt: { N: String(NOW) },
    expiresAt: { N: String(NOW + 600) },
  },
  transaction: {
    transactionId: { S: 'transaction-of-the-first-version' },
    request: {
      M: {
        clientId: { S: 'client-1' },
        clientSource: { S: 'registered' },
        redirectUri: { S: 'http://127.0.0.1:51000/callback' },
        codeChallenge: { S: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' },
        scopes: { L: [{ S: 'mcp' }] },
        resource: { S: 'https://gate.example.com/mcp' },
      },
    },
    identityProviderId: { S: 'company' },
    status: { S: 'approved' },
    leg: { N: '1' },
    sealingKeyId: { S: 'key-1' },
    expiresAt: { N: String(NOW + 600) },
  },
  grant: {
    grantId: { S: 'grant-of-the-first-version' },
    clientId: { S: 'client-1' },
    redirectUri: { S: 'http://127.0.0.1:51000/callback' },
    codeChallenge: { S: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' },
    resource: { S: 'https://gate.example.com/mcp' },
    scopes: { L: [{ S: 'mcp' }] },
    subject: { S: 'subject' },
    identity: {
      M: {
        identityProviderId: { S: 'company' },
        issuer: { S: 'https://login.example.com' },
        subject: { S: 'ada' },
        emailVerified: { BOOL: false },
      },
    },
    status: { S: 'issued' },
    codeHash: { S: 'hash' },
    codeExpiresAt: { N: String(NOW + 60) },
    issuedAt: { N: String(NOW) },
    expiresAt: { N: String(NOW + 600) },
  },
  ring: {
    id: { S: 'ring' },
    version: { N: '3' },
    keys: {
      L: [
        {
          M: {
            kid: { S: 'k' },
            keyArn: { S: 'arn:aws:kms:eu-central-1:000000000000:key/1' },
            publicJwk: {
              M: {
                kty: { S: 'RSA' },
                n: { S: 'n' },
                e: { S: 'AQAB' },
                kid: { S: 'k' },
                alg: { S: 'RS256' },
                use: { S: 'sig' },
              },
            },
            state: { S: 'active' },
            since: { N: '1' },
          },
        },
      ],
    },
    notBefore: { M: { clients: { M: {} }, subjects: { M: { alice: { N: '5' } } } } },
  },
};

import { constants, createHash, privateEncrypt } from 'node:crypto';
import {
  CreateKeyCommand,
  DisabledException,
  GetPublicKeyCommand,
  KMSClient,
  KMSInvalidStateException,
  MalformedPolicyDocumentException,
  NotFoundException,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { UnavailableError } from '../../lambdas/core/oauth-error.ts';
import { accessTokenClaims } from '../../lambdas/core/tokens/access-token.ts';
import { jwkSet } from '../../lambdas/core/tokens/key-ring.ts';
import { KmsAccessTokenSigner } from '../../lambdas/runtime/adapters/kms/access-token-signer.ts';
import { KmsSigningKeyMaker } from '../../lambdas/runtime/adapters/kms/signing-key-maker.ts';
import { signingKeyPolicy } from '../../lambdas/runtime/adapters/kms/signing-key-policy.ts';
import { newTestKey, ringOf } from '../support/credentials/signing-key.ts';
import { MemoryKeyRingStore } from '../support/memory/memory-stores.ts';
import { ISSUER, NOW, RESOURCE, testGrant } from '../support/memory/records.ts';
import { mockedClient } from './mocked-client.ts';

const kms = mockedClient(KMSClient);
const client = new KMSClient({ region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } });
const key = newTestKey();
const retiring = newTestKey('retiring');
const ring = ringOf(retiring, key);
const claims = accessTokenClaims(testGrant(), ['mcp'], { issuer: ISSUER, lifetimeSeconds: 3600, now: NOW });
const metadata = { $metadata: {}, message: 'KMS says no' };

/** RSASSA-PKCS1-v1_5 over a SHA-256 digest, as in KMS: the digest in its DER encoding (RFC 8017 §9.2). */
const signDigest = (digest: Uint8Array): Uint8Array => {
  const frame = Buffer.from('3031300d060960864801650304020105000420', 'hex');
  return privateEncrypt({ key: key.privateKey, padding: constants.RSA_PKCS1_PADDING }, Buffer.concat([frame, digest]));
};

describe('Signing with KMS (RFC 9068 §2.1)', () => {
  const signer = new KmsAccessTokenSigner(client, new MemoryKeyRingStore(ring));

  it('#108: requests PKCS #1 v1.5 over the digest from the active key, and jose verifies the token', async () => {
    let signed: SignCommand['input'] | undefined;
    kms.on(SignCommand).callsFake(async (input: SignCommand['input']) => {
      signed = input;
      return { Signature: signDigest(input.Message ?? new Uint8Array()) };
    });
    const token = await signer.sign({ ...claims });
    expect(signed).toMatchObject({
      KeyId: key.signingKey.keyArn,
      MessageType: 'DIGEST',
      SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
    });
    const signingInput = token.split('.').slice(0, 2).join('.');
    expect(Buffer.from(signed?.Message ?? [])).toEqual(createHash('sha256').update(signingInput).digest());
    const verified = await jwtVerify(token, createLocalJWKSet({ keys: [...jwkSet(ring).keys] }), {
      issuer: ISSUER,
      audience: RESOURCE,
      typ: 'at+jwt',
      algorithms: ['RS256'],
      currentDate: new Date(NOW * 1000),
    });
    expect(verified.protectedHeader).toEqual({ alg: 'RS256', typ: 'at+jwt', kid: key.publicJwk.kid });
    expect(verified.payload).toEqual(claims);
  });

  it.each([
    ['#220 throttling', Object.assign(new Error('slow down'), { name: 'ThrottlingException' })],
    ['#221 a disabled key', new DisabledException(metadata)],
    ['a timeout', Object.assign(new Error('timeout'), { name: 'TimeoutError' })],
    ['a missing permission', Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' })],
  ])('%s is unavailable, not an invalid token', async (_name, fault) => {
    kms.on(SignCommand).rejects(fault);
    await expect(signer.sign({ ...claims })).rejects.toThrow(UnavailableError);
  });

  it('signs nothing without an active key', async () => {
    for (const without of [undefined, ringOf(retiring)]) {
      const idle = new KmsAccessTokenSigner(client, new MemoryKeyRingStore(without));
      await expect(idle.sign({ ...claims })).rejects.toThrow(UnavailableError);
    }
    expect(kms.commandCalls(SignCommand)).toHaveLength(0);
  });

  it('#106: a token too large for a header is never issued', async () => {
    kms.on(SignCommand).resolves({ Signature: new Uint8Array(256) });
    await expect(signer.sign({ ...claims, scope: 'x'.repeat(6000) })).rejects.toThrow('grant fewer scopes');
  });
});

describe('Creating signing keys', () => {
  const principals = {
    accountId: '000000000000',
    tokenRoleArn: 'arn:aws:iam::000000000000:role/token',
    keyRingRoleArn: 'arn:aws:iam::000000000000:role/keys',
  };
  let waitedMs: number[];
  const maker = () =>
    new KmsSigningKeyMaker(client, {
      ...principals,
      stackTag: 'Gatehouse',
      ringTag: 'Gatehouse-Keys-1',
      tags: { team: 'identity' },
      sleep: async (milliseconds) => {
        waitedMs.push(milliseconds);
      },
    });

  beforeEach(() => {
    waitedMs = [];
    kms.on(CreateKeyCommand).resolves({ KeyMetadata: { KeyId: 'id', Arn: key.signingKey.keyArn } });
    kms.on(GetPublicKeyCommand).resolves({ PublicKey: key.publicKey.export({ type: 'spki', format: 'der' }) });
  });

  it('creates an RSA_2048 signing key with the stack’s tags and the operator’s, and reads its public half', async () => {
    expect(await maker().createSigningKey()).toEqual({ keyArn: key.signingKey.keyArn, publicJwk: key.publicJwk });
    const [call] = kms.commandCalls(CreateKeyCommand);
    expect(call?.args[0].input).toMatchObject({
      KeySpec: 'RSA_2048',
      KeyUsage: 'SIGN_VERIFY',
      Tags: [
        { TagKey: 'gatehouse:stack', TagValue: 'Gatehouse' },
        { TagKey: 'gatehouse:ring', TagValue: 'Gatehouse-Keys-1' },
        { TagKey: 'team', TagValue: 'identity' },
      ],
      BypassPolicyLockoutSafetyCheck: true,
      Policy: JSON.stringify(signingKeyPolicy(principals)),
    });
  });

  it('B11: does without the bypass of the lockout check where an organization denies it', async () => {
    const denied = Object.assign(new Error('explicit deny'), { name: 'AccessDeniedException' });
    kms.on(CreateKeyCommand).callsFake(({ BypassPolicyLockoutSafetyCheck }) => {
      if (BypassPolicyLockoutSafetyCheck) throw denied;
      return { KeyMetadata: { KeyId: 'id', Arn: key.signingKey.keyArn } };
    });
    expect(await maker().createSigningKey()).toMatchObject({ keyArn: key.signingKey.keyArn });
    const [first, second] = kms.commandCalls(CreateKeyCommand).map(({ args }) => args[0].input);
    expect(second).toEqual({ ...first, BypassPolicyLockoutSafetyCheck: false });
  });

  it('waits while KMS does not know the new roles yet', async () => {
    const unknownRole = new MalformedPolicyDocumentException(metadata);
    kms
      .on(CreateKeyCommand)
      .rejectsOnce(unknownRole)
      .rejectsOnce(unknownRole)
      .resolves({
        KeyMetadata: { KeyId: 'id', Arn: key.signingKey.keyArn },
      });
    await maker().createSigningKey();
    expect(waitedMs).toEqual([1000, 2000]);
  });

  it('waits for a limited time, and for no other fault', async () => {
    kms.on(CreateKeyCommand).rejects(new MalformedPolicyDocumentException(metadata));
    await expect(maker().createSigningKey()).rejects.toThrow(UnavailableError);
    expect(waitedMs.reduce((sum, milliseconds) => sum + milliseconds)).toBeLessThan(60_000);
    waitedMs = [];
    kms.on(CreateKeyCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await expect(maker().createSigningKey()).rejects.toThrow(UnavailableError);
    expect(waitedMs).toEqual([]);
  });

  it.each([
    ['does not know it yet', new NotFoundException(metadata)],
    ['does not know its policy yet', Object.assign(new Error('no'), { name: 'AccessDeniedException' })],
  ])('waits for a new key’s public half while KMS %s', async (_what, tooEarly) => {
    kms
      .on(GetPublicKeyCommand)
      .rejectsOnce(tooEarly)
      .rejectsOnce(tooEarly)
      .resolves({ PublicKey: key.publicKey.export({ type: 'spki', format: 'der' }) });
    expect(await maker().createSigningKey()).toEqual({ keyArn: key.signingKey.keyArn, publicJwk: key.publicJwk });
    expect(waitedMs).toEqual([1000, 2000]);
    expect(kms.commandCalls(CreateKeyCommand)).toHaveLength(1);
    expect(kms.commandCalls(ScheduleKeyDeletionCommand)).toHaveLength(0);
  });

  it.each([
    ['never knows it', new NotFoundException(metadata)],
    ['fails', Object.assign(new Error('no'), { name: 'KMSInternalException' })],
  ])('leaves no key behind when KMS %s: it schedules the deletion and reports the failure', async (_what, fault) => {
    kms.on(GetPublicKeyCommand).rejects(fault);
    for (const discarding of [{}, new Error('no deletion either')]) {
      kms.on(ScheduleKeyDeletionCommand).callsFake(() => {
        if (discarding instanceof Error) throw discarding;
        return discarding;
      });
      waitedMs = [];
      await expect(maker().createSigningKey()).rejects.toMatchObject({ name: 'UnavailableError', cause: fault });
      expect(waitedMs.reduce((sum, milliseconds) => sum + milliseconds, 0)).toBeLessThan(60_000);
      expect(kms.commandCalls(ScheduleKeyDeletionCommand).at(-1)?.args[0].input.KeyId).toBe(key.signingKey.keyArn);
    }
  });

  it('discards a key after the shortest time that KMS allows', async () => {
    kms.on(ScheduleKeyDeletionCommand).resolves({});
    await maker().discardSigningKey('arn');
    const [call] = kms.commandCalls(ScheduleKeyDeletionCommand);
    expect(call?.args[0].input).toEqual({ KeyId: 'arn', PendingWindowInDays: 7 });
  });

  it.each([
    ['is pending', new KMSInvalidStateException(metadata)],
    ['is done', new NotFoundException(metadata)],
  ])('accepts that a key’s deletion %s already', async (_name, answer) => {
    kms.on(ScheduleKeyDeletionCommand).rejects(answer);
    await maker().discardSigningKey('arn');
    kms.on(ScheduleKeyDeletionCommand).rejects(Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
    await expect(maker().discardSigningKey('arn')).rejects.toThrow(UnavailableError);
  });

  it('the key policy lets only the token function sign, with one algorithm, and never administrators', () => {
    const { Statement } = signingKeyPolicy(principals);
    const mayDo = (action: string) =>
      Statement.filter(({ Action }) => [Action].flat().some((allowed) => allowed === action));
    expect(mayDo('kms:Sign')).toEqual([
      expect.objectContaining({
        Principal: { AWS: principals.tokenRoleArn },
        Condition: {
          StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' },
        },
      }),
    ]);
    expect(
      Statement.some(({ Action }) => [Action].flat().some((allowed) => /^(kms:)?(\*|S\*|Sign\*)$/.test(allowed))),
    ).toBe(false);
    expect(mayDo('kms:PutKeyPolicy').map(({ Principal }) => Principal.AWS)).toEqual(['arn:aws:iam::000000000000:root']);
    const inChina = signingKeyPolicy({ ...principals, tokenRoleArn: 'arn:aws-cn:iam::000000000000:role/token' });
    expect(inChina.Statement[2]?.Principal.AWS).toBe('arn:aws-cn:iam::000000000000:root');
  });
});

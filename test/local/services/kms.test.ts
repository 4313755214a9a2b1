import {
  CreateKeyCommand,
  type CreateKeyCommandInput,
  DescribeKeyCommand,
  DisableKeyCommand,
  EncryptCommand,
  GetKeyPolicyCommand,
  GetPublicKeyCommand,
  ListResourceTagsCommand,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
  TagResourceCommand,
} from '@aws-sdk/client-kms';
import { importSPKI, jwtVerify } from 'jose';
import { roleArn } from '../services-fixture.ts';

import { keyPolicy, named, newKey, ROOT, runServices, STACK_TAG, sha256 } from './run-services.ts';

const running = runServices();

describe('local KMS', () => {
  it('makes signatures that jose verifies: DIGEST, by the token role only (RFC 7518 §3.3)', async () => {
    const { KeyMetadata } = await running.keysKms.send(new CreateKeyCommand(newKey));
    const KeyId = KeyMetadata?.Arn;
    const head = Buffer.from(JSON.stringify({ alg: 'RS256', typ: 'at+jwt' })).toString('base64url');
    const input = `${head}.${Buffer.from(JSON.stringify({ sub: 'alice' })).toString('base64url')}`;
    const request = { KeyId, Message: sha256(input), SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' } as const;
    const { Signature } = await running.tokenKms.send(new SignCommand({ ...request, MessageType: 'DIGEST' }));
    const { PublicKey } = await running.keysKms.send(new GetPublicKeyCommand({ KeyId }));
    const pem = `-----BEGIN PUBLIC KEY-----\n${Buffer.from(PublicKey ?? []).toString('base64')}\n-----END PUBLIC KEY-----`;
    const jws = `${input}.${Buffer.from(Signature ?? []).toString('base64url')}`;
    const { payload } = await jwtVerify(jws, await importSPKI(pem, 'RS256'));
    expect(payload).toEqual({ sub: 'alice' });

    const denied = named('AccessDeniedException', 'is not authorized to perform: kms:Sign');
    await expect(running.tokenKms.send(new SignCommand({ ...request, MessageType: 'RAW' }))).rejects.toEqual(denied);
    await expect(running.keysKms.send(new SignCommand({ ...request, MessageType: 'DIGEST' }))).rejects.toEqual(denied);
    await expect(running.operatorKms.send(new SignCommand({ ...request, MessageType: 'DIGEST' }))).rejects.toEqual(
      denied,
    );
    await expect(running.tokenKms.send(new GetPublicKeyCommand({ KeyId }))).rejects.toEqual(
      named('AccessDeniedException'),
    );
  });

  it('gives RAW and DIGEST the same signature, within its limits', async () => {
    const Policy = keyPolicy([{ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' }]);
    const { KeyMetadata } = await running.operatorKms.send(new CreateKeyCommand({ ...newKey, Policy }));
    const request = { KeyId: KeyMetadata?.KeyId, SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' } as const;
    const sign = (MessageType: 'RAW' | 'DIGEST', Message: Buffer) =>
      running.operatorKms.send(new SignCommand({ ...request, MessageType, Message }));
    const raw = await sign('RAW', Buffer.from('text'));
    expect((await sign('DIGEST', sha256('text'))).Signature).toEqual(raw.Signature);
    await expect(sign('DIGEST', Buffer.from('short'))).rejects.toEqual(
      named('ValidationException', 'Digest is invalid length'),
    );
    await expect(sign('RAW', Buffer.alloc(4097))).rejects.toEqual(named('ValidationException', '4096'));
    const pss = running.operatorKms.send(
      new SignCommand({
        ...request,
        Message: sha256('x'),
        MessageType: 'DIGEST',
        SigningAlgorithm: 'RSASSA_PSS_SHA_256',
      }),
    );
    await expect(pss).rejects.toEqual(named('ValidationException', 'RSASSA_PSS_SHA_256'));
  });

  it.each([
    ['another key spec', { KeySpec: 'RSA_4096' }],
    ['another usage', { KeyUsage: 'ENCRYPT_DECRYPT' }],
    ['no tag', { Tags: undefined }],
    ["another stack's tag", { Tags: [{ ...STACK_TAG, TagValue: 'other' }] }],
  ] as const)('CreateKey with %s is denied by the conditions of the role', async (_, change) => {
    const created = running.keysKms.send(new CreateKeyCommand({ ...newKey, ...change } as CreateKeyCommandInput));
    await expect(created).rejects.toEqual(named('AccessDeniedException', 'kms:CreateKey on resource: *'));
  });

  it('refuses key policies that AWS refuses: unknown principals, or no principal that can change the policy', async () => {
    const create = (Statement: object[]) =>
      running.operatorKms.send(new CreateKeyCommand({ ...newKey, Policy: JSON.stringify({ Statement }) }));
    const allow = { Effect: 'Allow', Action: 'kms:*', Resource: '*' };
    const unknown = create([{ ...allow, Principal: { AWS: roleArn('Missing') } }]);
    await expect(unknown).rejects.toEqual(named('MalformedPolicyDocumentException', 'invalid principals'));
    const locked = create([{ ...allow, Principal: { AWS: roleArn('TokenRole') } }]);
    await expect(locked).rejects.toEqual(named('MalformedPolicyDocumentException', 'will not allow you to update'));
  });

  it('keeps the state of a key: tags, policy, disabled, pending deletion', async () => {
    const { KeyMetadata } = await running.keysKms.send(new CreateKeyCommand(newKey));
    const KeyId = KeyMetadata?.KeyId;
    await running.operatorKms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: 'more', TagValue: '1' }] }));
    const { Tags } = await running.operatorKms.send(new ListResourceTagsCommand({ KeyId }));
    expect(Tags).toEqual([STACK_TAG, { TagKey: 'more', TagValue: '1' }]);
    const Policy = keyPolicy([{ Effect: 'Allow', Principal: { AWS: ROOT }, Action: 'kms:*', Resource: '*' }]);
    await running.operatorKms.send(new PutKeyPolicyCommand({ KeyId, Policy }));
    expect((await running.operatorKms.send(new GetKeyPolicyCommand({ KeyId }))).Policy).toBe(Policy);

    const Message = sha256('x');
    const sign = () =>
      running.tokenKms.send(
        new SignCommand({ KeyId, Message, MessageType: 'DIGEST', SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256' }),
      );
    await sign();
    await running.operatorKms.send(new DisableKeyCommand({ KeyId }));
    await expect(sign()).rejects.toEqual(named('DisabledException'));
    const scheduled = await running.keysKms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    expect(scheduled.DeletionDate?.getTime()).toBeGreaterThan(Date.now() + 6 * 86_400_000);
    await expect(sign()).rejects.toEqual(named('KMSInvalidStateException', 'pending deletion'));
    const again = running.keysKms.send(new ScheduleKeyDeletionCommand({ KeyId, PendingWindowInDays: 7 }));
    await expect(again).rejects.toEqual(named('KMSInvalidStateException'));
    const description = await running.keysKms.send(new DescribeKeyCommand({ KeyId }));
    expect(description.KeyMetadata).toMatchObject({ KeyState: 'PendingDeletion', Enabled: false, KeySpec: 'RSA_2048' });
  });

  it('refuses unknown keys and operations by name', async () => {
    const unknown = running.operatorKms.send(new DescribeKeyCommand({ KeyId: 'f3b4e0f0-0000-4000-8000-000000000000' }));
    await expect(unknown).rejects.toEqual(named('NotFoundException', 'does not exist'));
    const encrypt = running.operatorKms.send(new EncryptCommand({ KeyId: 'x', Plaintext: Buffer.from('x') }));
    await expect(encrypt).rejects.toEqual(named('UnknownOperationException', 'Encrypt'));
  });
});

import { globSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DescribeKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  PutKeyPolicyCommand,
  ScheduleKeyDeletionCommand,
  SignCommand,
} from '@aws-sdk/client-kms';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { ensureBundles } from '../../../lib/functions/bundles.ts';
import { synthesize } from '../../../lib/synthesize.ts';
import type { ResolvedTemplate } from '../../../tools/local/cloud/resolved-template.ts';
import { type Services, startServices } from '../../../tools/local/cloud/services/index.ts';
import { loadTemplate } from '../../../tools/local/cloud/template/index.ts';
import { SHOW_ENVIRONMENT, temporaryFolder } from '../services-fixture.ts';

const DAILY = 'AWS::Events::Rule';
let template: ResolvedTemplate;
let services: Services;
let dataDir: string;
let keyArn: string;
const folders: string[] = [];

const functions = () => template.resources.filter(({ type }) => type === 'AWS::Lambda::Function');
const functionIn = (part: string) => {
  const found = functions().find(({ logicalId }) => logicalId.includes(part));
  if (found === undefined) throw new Error(`no function ${part} among ${functions().length}`);
  return found;
};
const invoke = async (arn: string | undefined, event: unknown) => {
  const outcome = await services.functions.invoke(arn ?? '', event);
  if (!outcome.ok) throw new Error(`${outcome.errorType}: ${outcome.errorMessage}`);
  return outcome.result as Record<string, string> & { keys: { keyArn: string }[] };
};

/** The template that is deployed, run with its own functions first, then with functions that show their credentials. */
beforeAll(async () => {
  await ensureBundles();
  const assembly = temporaryFolder();
  dataDir = join(temporaryFolder(), 'data');
  await mkdir(dataDir);
  folders.push(assembly, dataDir);
  synthesize(parseConfiguration(readConfiguration()), assembly);
  template = (await loadTemplate(assembly, 'http://localhost:4800')).template;
  services = await startServices(template, { dataDir });
  const rule = template.resources.find(({ type }) => type === DAILY);
  await services.events.runNow(rule?.logicalId ?? '');
  const ring = await invoke(functionIn('KeyRingFunction').arn, { action: 'setNotBefore', subject: 'nemo' });
  keyArn = ring.keys[0]?.keyArn ?? '';
  await services.close();
  for (const bundle of globSync('asset.*/index.mjs', { cwd: assembly })) {
    expect(await readFile(join(assembly, bundle), 'utf8')).not.toBe(SHOW_ENVIRONMENT);
    await writeFile(join(assembly, bundle), SHOW_ENVIRONMENT);
  }
  services = await startServices(template, { dataDir });
}, 120_000);
afterAll(async () => {
  await services?.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

const DIGEST = {
  Message: new Uint8Array(32),
  MessageType: 'DIGEST',
  SigningAlgorithm: 'RSASSA_PKCS1_V1_5_SHA_256',
} as const;
/** Deletion last: nothing else is possible after it. */
const ATTEMPTS = {
  Sign: () => new SignCommand({ KeyId: keyArn, ...DIGEST }),
  SignRaw: () => new SignCommand({ KeyId: keyArn, ...DIGEST, MessageType: 'RAW' }),
  GetPublicKey: () => new GetPublicKeyCommand({ KeyId: keyArn }),
  DescribeKey: () => new DescribeKeyCommand({ KeyId: keyArn }),
  PutKeyPolicy: () => new PutKeyPolicyCommand({ KeyId: keyArn, Policy: '{}' }),
  ScheduleKeyDeletion: () => new ScheduleKeyDeletionCommand({ KeyId: keyArn, PendingWindowInDays: 7 }),
};

/** What the role of a function may do with the key that signs. */
const rightsOf = async (arn: string | undefined): Promise<string[]> => {
  const environment = await invoke(arn, {});
  const client = new KMSClient({
    endpoint: services.endpoints.kms,
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: {
      accessKeyId: environment.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: environment.AWS_SECRET_ACCESS_KEY ?? '',
      sessionToken: environment.AWS_SESSION_TOKEN ?? '',
    },
  });
  const rights: string[] = [];
  for (const [name, command] of Object.entries(ATTEMPTS)) {
    const refusal = await client.send(command() as SignCommand).then(
      () => undefined,
      (error: Error) => error.name,
    );
    if (refusal === undefined) rights.push(name);
    else expect([name, refusal]).toEqual([name, 'AccessDeniedException']);
  }
  client.destroy();
  return rights;
};

describe('Rights over the signing key, as its own policy and the roles give them (#109, #244)', () => {
  it('token signs digests, keys retires, health looks, and no other function does anything', async () => {
    const isKeys = (logicalId: string) => logicalId.includes('KeyRingFunction');
    const isToken = (logicalId: string) => logicalId.includes('EndpointsToken');
    const rights: Record<string, string[]> = {};
    const others = functions().filter(({ logicalId }) => !isKeys(logicalId));
    for (const { logicalId, arn } of others) rights[logicalId] = await rightsOf(arn);
    const expectedOf = (logicalId: string) => {
      if (logicalId.includes('EndpointsHealth')) return ['DescribeKey'];
      return isToken(logicalId) ? ['Sign'] : [];
    };
    const expected = others.map(({ logicalId }) => [logicalId, expectedOf(logicalId)]);
    expect(rights).toEqual(Object.fromEntries(expected));
    expect(others.some(({ logicalId }) => isToken(logicalId))).toBe(true);
    expect(await rightsOf(functionIn('KeyRingFunction').arn)).toEqual([
      'GetPublicKey',
      'DescribeKey',
      'ScheduleKeyDeletion',
    ]);
  }, 120_000);
});

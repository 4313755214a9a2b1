import { randomUUID } from 'node:crypto';
import type { ResolvedTemplate } from '../resolved-template.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION } from '../resolved-template.ts';
import { AwsError } from './aws-error.ts';
import type { Call, JsonService } from './aws-json-server.ts';
import { generateSecretString } from './generate-secret-string.ts';
import { authorize, authorizeData, customerKeys, ofType } from './principals.ts';
import type { StateFile } from './state-file.ts';

interface Version {
  readonly value: { readonly SecretString?: string; readonly SecretBinary?: string };
  /** Epoch seconds. */
  readonly createdAt: number;
  stages: string[];
}

interface StoredSecret {
  readonly arn: string;
  readonly name: string;
  /** Version id → version. */
  readonly versions: Record<string, Version>;
}

/** ARN → secret. */
export type SecretsState = Record<string, StoredSecret>;

const CURRENT = 'AWSCURRENT';
const PREVIOUS = 'AWSPREVIOUS';
const MAX_SECRET_BYTES = 65_536;

/**
 * Creates the secrets of the template that do not exist yet, with a generated value, a given value or none, as
 * CloudFormation does. Existing secrets keep their values.
 */
export const createSecrets = async (template: ResolvedTemplate, state: StateFile<SecretsState>): Promise<void> => {
  for (const { physicalId: arn, properties, logicalId } of ofType(template, 'AWS::SecretsManager::Secret')) {
    if (Object.hasOwn(state.value, arn)) continue;
    const secret: StoredSecret = { arn, name: nameFrom(arn, properties.Name), versions: {} };
    const generate = properties.GenerateSecretString;
    const SecretString = generate ? generateSecretString(generate, logicalId) : properties.SecretString;
    if (SecretString !== undefined) put(secret, randomUUID(), { SecretString: String(SecretString) }, [CURRENT]);
    state.value[arn] = secret;
  }
  await state.save();
};

/** The name is the last part of the ARN without the six random characters that AWS appends. */
const nameFrom = (arn: string, name: unknown): string =>
  typeof name === 'string' ? name : arn.slice(arn.lastIndexOf(':') + 1).replace(/-[A-Za-z0-9]{6}$/, '');

/** Secrets Manager: reading, describing and writing the template's secrets, with version stages. */
export const secretsManagerService = (template: ResolvedTemplate, state: StateFile<SecretsState>): JsonService => {
  const keys = customerKeys(template);
  /** Finds the secret that a request names by ARN or name, and authorizes the call. */
  const authorizedSecret = ({ caller, action, input }: Call): StoredSecret => {
    const id = String(input.SecretId ?? '');
    const secret = Object.values(state.value).find(({ arn, name }) => arn === id || name === id);
    const resource =
      secret?.arn ??
      (id.startsWith('arn:') ? id : `arn:aws:secretsmanager:${LOCAL_REGION}:${LOCAL_ACCOUNT_ID}:secret:${id}`);
    const context = {
      'secretsmanager:SecretId': resource,
      ...(action === 'GetSecretValue' ? { 'secretsmanager:VersionStage': String(input.VersionStage ?? CURRENT) } : {}),
    };
    const request = { action: `secretsmanager:${action}`, resource, context };
    if (action === 'GetSecretValue') authorizeData(caller, keys, request);
    else authorize(caller, request);
    if (!secret) throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.");
    return secret;
  };

  const handlers: Record<string, (call: Call) => Promise<object>> = {
    GetSecretValue: async (call) => {
      const secret = authorizedSecret(call);
      const { VersionId, VersionStage } = call.input;
      const stage = String(VersionStage ?? CURRENT);
      const found = Object.entries(secret.versions).find(([versionId, { stages }]) =>
        VersionId === undefined
          ? stages.includes(stage)
          : versionId === VersionId && (VersionStage === undefined || stages.includes(stage)),
      );
      if (!found) {
        const sought = VersionId === undefined ? `staging label: ${stage}` : `VersionId: ${String(VersionId)}`;
        const message = `Secrets Manager can't find the specified secret value for ${sought}`;
        throw new AwsError('ResourceNotFoundException', message);
      }
      const [versionId, { value, stages, createdAt }] = found;
      return { ...identity(secret), VersionId: versionId, VersionStages: stages, CreatedDate: createdAt, ...value };
    },
    PutSecretValue: async (call) => {
      const secret = authorizedSecret(call);
      const { SecretString, SecretBinary, ClientRequestToken, VersionStages = [CURRENT] } = call.input;
      const value =
        SecretString === undefined ? { SecretBinary: String(SecretBinary) } : { SecretString: String(SecretString) };
      assertStorable(SecretString ?? SecretBinary);
      const versionId = String(ClientRequestToken ?? randomUUID());
      const existing = Object.hasOwn(secret.versions, versionId) ? secret.versions[versionId] : undefined;
      if (existing && JSON.stringify(existing.value) !== JSON.stringify(value)) {
        throw new AwsError('ResourceExistsException', `version ${versionId} exists already, with another value`);
      }
      if (!existing) put(secret, versionId, value, VersionStages as string[]);
      await state.save();
      return { ...identity(secret), VersionId: versionId, VersionStages: secret.versions[versionId]?.stages };
    },
    DescribeSecret: async (call) => {
      const secret = authorizedSecret(call);
      const labelled = Object.entries(secret.versions).filter(([, { stages }]) => stages.length > 0);
      const stages = Object.fromEntries(labelled.map(([versionId, version]) => [versionId, version.stages]));
      return { ...identity(secret), VersionIdsToStages: stages };
    },
  };

  return {
    name: 'secretsmanager',
    title: 'Secrets Manager',
    targetPrefix: 'secretsmanager',
    contentType: 'application/x-amz-json-1.1',
    maxBodyBytes: 4 * MAX_SECRET_BYTES,
    actions: Object.keys(handlers),
    handle: async (call) => (await handlers[call.action]?.(call)) ?? {},
  };
};

const identity = ({ arn, name }: StoredSecret) => ({ ARN: arn, Name: name });

const assertStorable = (value: unknown): void => {
  const bytes = Buffer.byteLength(String(value ?? ''));
  if (value === undefined || bytes > MAX_SECRET_BYTES) {
    throw new AwsError(
      'InvalidParameterException',
      `SecretString or SecretBinary must be given, with at most ${MAX_SECRET_BYTES} bytes`,
    );
  }
};

/** Each stage belongs to one version. The version that loses AWSCURRENT becomes AWSPREVIOUS. */
const put = (secret: StoredSecret, versionId: string, value: Version['value'], stages: readonly string[]): void => {
  const versions = Object.values(secret.versions);
  const take = (stage: string) => {
    for (const version of versions) version.stages = version.stages.filter((label) => label !== stage);
  };
  const current = versions.find((version) => version.stages.includes(CURRENT));
  for (const stage of stages) take(stage);
  if (current && stages.includes(CURRENT)) {
    take(PREVIOUS);
    current.stages.push(PREVIOUS);
  }
  secret.versions[versionId] = { value, createdAt: Date.now() / 1000, stages: [...stages] };
};

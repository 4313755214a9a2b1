import * as settings from '../../core/settings.ts';
import { secretsManagerClient } from '../adapters/aws-clients.ts';
import { systemClock } from '../adapters/clock.ts';
import { generatedSecret } from '../adapters/secrets-manager/cached-secret.ts';
import { fetchSecret } from '../adapters/secrets-manager/fetch-secret.ts';
import { SecretsManagerSealingKeys } from '../adapters/secrets-manager/sealing-keys.ts';
import type { SealingKeys, SecretReader } from '../ports/index.ts';
import { read } from '../settings.ts';

export const sealingKeys = (): SealingKeys =>
  new SecretsManagerSealingKeys(secretsManagerClient(), read(settings.sealingSecret), systemClock);

export const subjectSecret = (): SecretReader => {
  const secretId = read(settings.subjectSecret);
  return generatedSecret(() => fetchSecret(secretsManagerClient(), secretId), systemClock);
};

import { OPEN_REGISTRATION } from '../core/clients/registration-policy.ts';
import * as settings from '../core/settings.ts';
import { secretsManagerClient } from '../runtime/adapters/aws-clients.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { SecretsManagerClientSecrets } from '../runtime/adapters/secrets-manager/client-secrets.ts';
import { readOptional } from '../runtime/settings.ts';
import type { RegistrationAccess } from './initial-access-token.ts';

/** Who may register: every client, unless the configuration says otherwise. */
export const registrationAccess = (): RegistrationAccess => {
  const secretId = readOptional(settings.registrationSecret);
  return {
    registration: readOptional(settings.registration) ?? OPEN_REGISTRATION,
    verifyInitialAccessToken: secretId === undefined ? undefined : initialAccessTokenVerifier(secretId),
  };
};

const initialAccessTokenVerifier = (secretId: string) => {
  const secrets = new SecretsManagerClientSecrets(secretsManagerClient(), systemClock);
  return (presented: string): Promise<boolean> => secrets.verify(secretId, presented);
};

import * as settings from '../core/settings.ts';
import { secretsManagerClient } from '../runtime/adapters/aws-clients.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { SecretsManagerClientSecrets } from '../runtime/adapters/secrets-manager/client-secrets.ts';
import { readOptional } from '../runtime/settings.ts';
import { registrationPolicy } from '../runtime/wiring/registration-policy.ts';
import type { RegistrationAccess } from './initial-access-token.ts';

/** Who may register, and how an initial access token is checked. */
export const registrationAccess = (): RegistrationAccess => {
  const secretId = readOptional(settings.registrationSecret);
  return {
    registration: registrationPolicy(),
    verifyInitialAccessToken: secretId === undefined ? undefined : initialAccessTokenVerifier(secretId),
  };
};

const initialAccessTokenVerifier = (secretId: string) => {
  const secrets = new SecretsManagerClientSecrets(secretsManagerClient(), systemClock);
  return (presented: string): Promise<boolean> => secrets.verify(secretId, presented);
};

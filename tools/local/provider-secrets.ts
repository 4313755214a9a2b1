import { ConfigurationFileError, readConfigurationFile } from '../../lib/config/configuration-file.ts';
import { isRecord } from './cloud/template/shape.ts';

/** What a provider gave the operator, in the form of the provider's secret. */
export interface ProviderSecret {
  readonly client_id: string;
  readonly client_secret: string;
}

/** Asks the operator. Undefined if there is no terminal. */
export type Ask = (question: string, isSecret: boolean) => Promise<string>;

/**
 * Reads the file of `--secrets`: provider id → client id and client secret.
 *
 * @param known ids of the providers that take a secret
 * @throws ConfigurationFileError, which never holds a value of the file
 */
export const readProviderSecrets = (file: string, known: readonly string[]): Record<string, ProviderSecret> => {
  const shownName = `--secrets ${file}`;
  const content = readConfigurationFile(file, shownName);
  if (content === undefined) throw new ConfigurationFileError(`${shownName} cannot be read: there is no such file`);
  if (!isRecord(content)) {
    throw new ConfigurationFileError(`${shownName}: expected {"google": {"client_id": "…", "client_secret": "…"}}`);
  }
  return Object.fromEntries(
    Object.entries(content).map(([id, secret]) => {
      if (!known.includes(id)) {
        const expected = known.length === 0 ? 'none, because each is a development provider' : known.join(', ');
        throw new ConfigurationFileError(
          `${shownName}: expected ids of real identity providers (${expected}), got "${id}"`,
        );
      }
      if (!isProviderSecret(secret)) {
        throw new ConfigurationFileError(`${shownName}: expected "client_id" and "client_secret" for "${id}"`);
      }
      return [id, { client_id: secret.client_id, client_secret: secret.client_secret }];
    }),
  );
};

/** @returns undefined if the operator leaves an answer empty */
export const askForProviderSecret = async (
  ask: Ask,
  id: string,
  redirectUri: string,
): Promise<ProviderSecret | undefined> => {
  const clientId = await ask(`  Client id at "${id}" (redirect URI ${redirectUri}): `, false);
  if (clientId === '') return undefined;
  const clientSecret = await ask(`  Client secret at "${id}" (it is not shown): `, true);
  return clientSecret === '' ? undefined : { client_id: clientId, client_secret: clientSecret };
};

const isProviderSecret = (value: unknown): value is ProviderSecret =>
  isRecord(value) &&
  [value.client_id, value.client_secret].every((member) => typeof member === 'string' && member !== '');

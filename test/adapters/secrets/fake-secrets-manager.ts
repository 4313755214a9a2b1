import {
  GetSecretValueCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager';
import { mockedClient } from '../mocked-client.ts';

/** The error of Secrets Manager for a secret, or a version of one, that has no value. */
export const NO_VALUE = new ResourceNotFoundException({
  message: "can't find the specified secret value",
  $metadata: {},
});

/** A fake Secrets Manager for one test file, and a clock that stands until a test sets `time.now`. */
export const fakeSecretsManager = () => {
  const secrets = mockedClient(SecretsManagerClient);
  const time = { now: 0 };
  beforeEach(() => {
    time.now = 1_800_000_000;
  });

  const stageOf = (VersionStage: string) => secrets.on(GetSecretValueCommand, { SecretId: 's', VersionStage });
  return {
    secrets,
    client: new SecretsManagerClient({ region: 'eu-central-1' }),
    time,
    clock: () => time.now,
    /** How often a value was read. */
    calls: () => secrets.commandCalls(GetSecretValueCommand).length,
    /** Sets the values of the secret `s`. */
    versions: (current: string, previous?: string): void => {
      stageOf('AWSCURRENT').resolves({ SecretString: current });
      if (previous === undefined) stageOf('AWSPREVIOUS').rejects(NO_VALUE);
      else stageOf('AWSPREVIOUS').resolves({ SecretString: previous });
    },
  };
};

import * as settings from '../core/settings.ts';
import { kmsClient, secretsManagerClient } from '../runtime/adapters/aws-clients.ts';
import { systemClock } from '../runtime/adapters/clock.ts';
import { signingKeyCheck } from '../runtime/adapters/kms/signing-key-check.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { secretCheck } from '../runtime/adapters/secrets-manager/secret-check.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read } from '../runtime/settings.ts';
import { keyRingStore } from '../runtime/wiring/stores.ts';
import { healthHandler } from './handler.ts';

const secrets = new Map(
  Object.entries(read(settings.identityProviders)).map(([id, { secretId }]) => [
    id,
    secretCheck(secretsManagerClient(), secretId, systemClock),
  ]),
);

export const handler = endpoint(
  healthHandler({ keyRing: keyRingStore(), signingKey: signingKeyCheck(kmsClient(), systemClock), secrets }),
  { log: jsonLog(), cors: true },
);

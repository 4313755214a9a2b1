import * as settings from '../../core/settings.ts';
import { systemClock } from '../adapters/clock.ts';
import { measuredLog } from '../adapters/log.ts';
import { read, readOptional } from '../settings.ts';

/** What every endpoint starts with. The log publishes metrics where the stack asks for them. */
export const endpointContext = () => ({
  issuer: read(settings.issuer),
  now: systemClock,
  log: measuredLog(readOptional(settings.metricsStack)),
});

/** Only a local run has such an issuer. There, and only there, clients may be on this machine. */
export const isLocalRun = (issuer: string): boolean => issuer.startsWith('http://localhost:');

export type EndpointContext = ReturnType<typeof endpointContext>;

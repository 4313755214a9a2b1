import * as settings from '../core/settings.ts';
import { systemClock as now } from '../runtime/adapters/clock.ts';
import { jsonLog } from '../runtime/adapters/log.ts';
import { endpoint } from '../runtime/http/endpoint.ts';
import { read } from '../runtime/settings.ts';
import { isLocalRun } from '../runtime/wiring/context.ts';
import { registrationPolicy } from '../runtime/wiring/registration-policy.ts';
import { clientStore } from '../runtime/wiring/stores.ts';
import { clientConfigurationHandler } from './handler.ts';

const log = jsonLog();
const issuer = read(settings.issuer);
const registration = registrationPolicy();
const deps = { issuer, registration, allowLoopback: isLocalRun(issuer), clients: clientStore(), now, log };

export const handler = endpoint(clientConfigurationHandler(deps), { log, cors: true });

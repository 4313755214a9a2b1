import { privacyHandler } from './handler.ts';
import { privacyDeps } from './wiring.ts';

export const handler = privacyHandler(privacyDeps());

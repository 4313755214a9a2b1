import { keyRingHandler } from './handler.ts';
import { keyRingDeps } from './wiring.ts';

export const handler = keyRingHandler(keyRingDeps());

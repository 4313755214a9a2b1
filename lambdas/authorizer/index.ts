import { authorizerHandler } from './handler.ts';
import { authorizerDeps } from './wiring.ts';

export const handler = authorizerHandler(authorizerDeps());

import * as settings from '../core/settings.ts';
import { readOptional } from '../runtime/settings.ts';
import { serveMcp } from './handler.ts';

const allowedOrigins = readOptional(settings.exampleOrigins) ?? {};

export const handler = awslambda.streamifyResponse(async (event, responseStream) => {
  await serveMcp(event, (metadata) => awslambda.HttpResponseStream.from(responseStream, metadata), allowedOrigins);
});

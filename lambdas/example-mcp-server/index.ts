import { serveMcp } from './handler.ts';

export const handler = awslambda.streamifyResponse(async (event, responseStream) => {
  await serveMcp(event, (metadata) => awslambda.HttpResponseStream.from(responseStream, metadata));
});

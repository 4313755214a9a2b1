import { inspectorHandler } from './handler.ts';
import { inspectorDeps } from './wiring.ts';

const inspect = inspectorHandler(inspectorDeps());

export const handler = awslambda.streamifyResponse(async (event, responseStream, context) => {
  const start = (head: object) => awslambda.HttpResponseStream.from(responseStream, { ...head });
  await inspect(event, { stream: responseStream, start }, context.getRemainingTimeInMillis());
});

import { limitedStream, within } from '../limited-stream.ts';
import { GatewayError } from './gateway-response.ts';

/** Idle time after which a regional API ends a streamed response. */
const IDLE_LIMIT_MS = 5 * 60 * 1000;

/**
 * Waits for the integration's answer.
 *
 * @throws GatewayError INTEGRATION_TIMEOUT
 */
export const answerWithin = <T>(answer: Promise<T>, timeoutMs: number): Promise<T> =>
  within(answer, timeoutMs, (): never => {
    throw new GatewayError('INTEGRATION_TIMEOUT');
  });

export const gatewayStream = (body: AsyncIterable<Uint8Array>, totalMs: number): AsyncIterable<Uint8Array> =>
  limitedStream(body, { idleMs: IDLE_LIMIT_MS, totalMs });

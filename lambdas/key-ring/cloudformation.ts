import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { retry } from '../core/retry.ts';
import { timeLimitMs } from '../runtime/time-limits.ts';

/** Reports the result of a custom resource's operation: `SUCCESS`, or `FAILED` with the reason. */
export type AnswerCloudFormation = (
  event: CloudFormationCustomResourceEvent,
  failureReason: string | undefined,
) => Promise<void>;

/** Stays the same from create to delete, so that CloudFormation never treats an update as a replacement. */
const PHYSICAL_RESOURCE_ID = 'gatehouse-key-ring';

/** CloudFormation accepts responses of at most 4 KB. */
const MAX_REASON_CHARACTERS = 1000;

const ATTEMPTS = 3;
const ATTEMPT_TIMEOUT_MS = 1500;

/**
 * Sends the result by PUT to the presigned URL of the event, as the custom resource protocol requires.
 *
 * @throws Error when all attempts have failed
 */
export const answerCloudFormation =
  (send: typeof fetch = fetch): AnswerCloudFormation =>
  async (event, failureReason) => {
    const body = JSON.stringify({
      Status: failureReason === undefined ? 'SUCCESS' : 'FAILED',
      Reason: failureReason?.slice(0, MAX_REASON_CHARACTERS),
      PhysicalResourceId: 'PhysicalResourceId' in event ? event.PhysicalResourceId : PHYSICAL_RESOURCE_ID,
      StackId: event.StackId,
      RequestId: event.RequestId,
      LogicalResourceId: event.LogicalResourceId,
    });
    const put = async () => {
      const signal = AbortSignal.timeout(timeLimitMs(ATTEMPT_TIMEOUT_MS));
      // The URL is signed for an empty content type.
      const headers = { 'content-type': '' };
      const response = await send(event.ResponseURL, { method: 'PUT', headers, body, signal });
      if (!response.ok) throw new Error(`CloudFormation's response URL answered ${response.status}`);
    };
    try {
      await retry(put, { attempts: ATTEMPTS });
    } catch (error) {
      // Lambda retries the invocation, and the retry finds the key that this run created.
      throw new Error('the result could not be sent to CloudFormation', { cause: error });
    }
  };

import { AwsV4Signer } from 'aws4fetch';
import type { KeyRing } from '../../core/key-ring.ts';
import { UnavailableError } from '../../core/oauth-error.ts';
import { KEY_RING_ID, keyRingOf } from './key-ring-row.ts';

const ATTEMPTS = 2;
const ATTEMPT_TIMEOUT_MS = 1000;

export interface KeyRingFetchOptions {
  /** DynamoDB's endpoint, without a path. */
  readonly endpoint: string;
  readonly region: string;
  readonly tableName: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
  readonly fetch?: typeof fetch;
}

/** Reads the key ring by one signed GetItem and no AWS SDK, whose loading would cost the authorizer 45 ms. */
export const keyRingFetch =
  ({ endpoint, tableName, fetch: send = fetch, ...credentials }: KeyRingFetchOptions) =>
  async (): Promise<KeyRing | undefined> => {
    const body = JSON.stringify({ TableName: tableName, Key: { id: { S: KEY_RING_ID } }, ConsistentRead: true });
    const attempt = async (): Promise<KeyRing | undefined> => {
      const signed = await new AwsV4Signer({
        ...credentials,
        service: 'dynamodb',
        method: 'POST',
        url: `${endpoint}/`,
        headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'DynamoDB_20120810.GetItem' },
        body,
      }).sign();
      const response = await send(signed.url, {
        method: signed.method,
        headers: signed.headers,
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ATTEMPT_TIMEOUT_MS),
      });
      if (!response.ok)
        throw new Error(`GetItem answered ${response.status}: ${(await response.text()).slice(0, 300)}`);
      const { Item } = (await response.json()) as { readonly Item?: object };
      return Item && keyRingOf(Item);
    };

    let fault: unknown;
    for (let count = 0; count < ATTEMPTS; count += 1) {
      try {
        return await attempt();
      } catch (error) {
        fault = error;
      }
    }
    throw new UnavailableError('DynamoDB', fault);
  };

import { AwsV4Signer } from 'aws4fetch';
import type { AwsService, SignRequest } from '../ports/index.ts';

/** Signs requests by Signature Version 4 and without the AWS SDK, whose loading costs a cold start 45 ms. */
export const requestSigner =
  (
    service: 'dynamodb' | 'lambda' | 'secretsmanager',
    { endpoint, region, accessKeyId, secretAccessKey, sessionToken }: AwsService,
  ): SignRequest =>
  async ({ path, headers, body }) => {
    const signer = new AwsV4Signer({
      service,
      region,
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      method: 'POST',
      url: endpoint + path,
      headers,
      body,
    });
    const { method, url, headers: signed } = await signer.sign();
    return { method, url, headers: signed, body };
  };

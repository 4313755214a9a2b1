import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { AwsError } from './aws-error.ts';
import type { Caller, Principals } from './principals.ts';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=(?<accessKeyId>[^/,\s]+)\/(?<date>\d{8})\/(?<region>[^/,\s]+)\/(?<service>[^/,\s]+)\/aws4_request,\s*SignedHeaders=(?<signedHeaders>[^,\s]+),\s*Signature=(?<signature>[0-9a-f]{64})$/;

/**
 * Authenticates a POST: finds the caller by access key id and verifies Signature Version 4. Functions that sign by hand
 * must therefore sign correctly. The date is not checked.
 * @param path as it was sent; the signature covers it encoded once more, as for all services except S3
 * @throws AwsError MissingAuthenticationTokenException, UnrecognizedClientException or InvalidSignatureException
 */
export const authenticate = (
  principals: Principals,
  service: string,
  headers: IncomingHttpHeaders,
  body: Uint8Array,
  path = '/',
): Caller => {
  const parts = AUTHORIZATION.exec(headers.authorization ?? '')?.groups;
  const { accessKeyId = '', date = '', region = '', signedHeaders = '', signature = '' } = parts ?? {};
  if (!parts) throw new AwsError('MissingAuthenticationTokenException', 'The request carries no Signature Version 4.');
  if (parts.service !== service) {
    throw invalidSignature(`Credential should be scoped to correct service: '${service}'.`);
  }
  const caller = principals.byAccessKeyId(accessKeyId);
  if (!caller || headers['x-amz-security-token'] !== caller.credentials.sessionToken) {
    throw new AwsError('UnrecognizedClientException', 'The security token included in the request is invalid.');
  }
  const names = signedHeaders.split(';');
  if (!names.includes('host')) throw invalidSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.");
  const canonicalHeaders = names.map(
    (name) =>
      `${name}:${String(headers[name] ?? '')
        .trim()
        .replace(/ +/g, ' ')}\n`,
  );
  const canonicalPath = path.split('/').map(encodeURIComponent).join('/');
  const canonicalRequest = ['POST', canonicalPath, '', canonicalHeaders.join(''), signedHeaders, sha256(body)].join(
    '\n',
  );
  const scope = `${date}/${region}/${service}/aws4_request`;
  const stringToSign = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, sha256(canonicalRequest)].join('\n');
  const key = [date, region, service, 'aws4_request'].reduce<string | Buffer>(
    hmac,
    `AWS4${caller.credentials.secretAccessKey}`,
  );
  if (!timingSafeEqual(hmac(key, stringToSign), Buffer.from(signature, 'hex'))) {
    throw invalidSignature('The request signature we calculated does not match the signature you provided.');
  }
  return caller;
};

const invalidSignature = (message: string) => new AwsError('InvalidSignatureException', message);
const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const hmac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

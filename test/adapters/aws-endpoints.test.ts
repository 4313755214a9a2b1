import { awsService } from '../../lambdas/runtime/settings.ts';

const CREDENTIALS = { AWS_REGION: 'eu-west-1', AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret' };
const environment = process.env;
afterEach(() => {
  process.env = environment;
});

describe('B21: the endpoint of a service (AWS SDKs reference, service-specific endpoints)', () => {
  it.each<[Record<string, string>, string]>([
    [{}, 'https://dynamodb.eu-west-1.amazonaws.com'],
    [{ AWS_ENDPOINT_URL: '' }, 'https://dynamodb.eu-west-1.amazonaws.com'],
    [{ AWS_ENDPOINT_URL: 'http://all.test:1' }, 'http://all.test:1'],
    [{ AWS_ENDPOINT_URL: 'http://all.test:1/' }, 'http://all.test:1'],
    [{ AWS_ENDPOINT_URL_LAMBDA: 'http://lambda.test' }, 'https://dynamodb.eu-west-1.amazonaws.com'],
    [{ AWS_ENDPOINT_URL: 'http://all.test', AWS_ENDPOINT_URL_DYNAMODB: 'http://one.test' }, 'http://one.test'],
    [
      { AWS_ENDPOINT_URL: 'http://all.test', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'https://dynamodb.eu-west-1.amazonaws.com',
    ],
  ])('with %j it is %s', (variables, endpoint) => {
    process.env = { ...CREDENTIALS, ...variables };
    expect(awsService('dynamodb').endpoint).toBe(endpoint);
  });
});

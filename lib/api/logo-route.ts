import { type IResource, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';
import { acknowledge } from '../acknowledge.ts';

const BROWSERS_MAY_KEEP_SECONDS = 3600;

/**
 * The logo's headers. The sandbox keeps it from running anything even for whoever opens it by itself; an image in it may
 * be its own data alone. No quotes in these values: in a mapping they would end the text.
 */
const HEADERS = {
  'Content-Type': 'image/svg+xml',
  'Content-Security-Policy': 'sandbox; default-src data:',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': `public, max-age=${BROWSERS_MAY_KEEP_SECONDS}`,
};

const BECAUSE = 'A picture that the pages show to everybody';

/**
 * `GET /logo.svg`, answered by the gateway itself: no function, no bucket, and no third party that learns who logs in.
 *
 * @param svg without `$` and `#`, which a mapping template would act on
 */
export const addLogo = (root: IResource, svg: string): void => {
  const method = root.addResource('logo.svg').addMethod(
    'GET',
    new MockIntegration({
      // A picture is asked for without a body, whatever content type somebody names.
      passthroughBehavior: PassthroughBehavior.WHEN_NO_TEMPLATES,
      requestTemplates: { 'application/json': '{"statusCode": 200}' },
      integrationResponses: [
        {
          statusCode: '200',
          responseTemplates: { 'image/svg+xml': svg },
          responseParameters: Object.fromEntries(
            Object.entries(HEADERS).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`]),
          ),
        },
      ],
    }),
    {
      methodResponses: [
        {
          statusCode: '200',
          responseParameters: Object.fromEntries(
            Object.keys(HEADERS).map((name) => [`method.response.header.${name}`, true]),
          ),
        },
      ],
    },
  );
  acknowledge(method, { APIG4: BECAUSE, COG4: BECAUSE });
};

import { type IResource, MockIntegration, PassthroughBehavior } from 'aws-cdk-lib/aws-apigateway';
import { acknowledge } from '../acknowledge.ts';

const BROWSERS_MAY_KEEP_SECONDS = 3600;

/**
 * The headers of the logo. The sandbox stops scripts even if a user opens the logo by itself, and images in it must be
 * data URLs. The values must not contain quotes, which would end the text in a mapping.
 */
const HEADERS = {
  'Content-Type': 'image/svg+xml',
  'Content-Security-Policy': 'sandbox; default-src data:',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': `public, max-age=${BROWSERS_MAY_KEEP_SECONDS}`,
};

const BECAUSE = 'The pages show this image to every visitor';

/**
 * Adds `GET /logo.svg`, which API Gateway answers by itself: no function, no bucket, and no third party that sees logins.
 *
 * @param svg an SVG document without `$` and `#`, which a mapping template would interpret
 */
export const addLogo = (root: IResource, svg: string): void => {
  const method = root.addResource('logo.svg').addMethod(
    'GET',
    new MockIntegration({
      // A request for an image has no body, so its content type does not matter.
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

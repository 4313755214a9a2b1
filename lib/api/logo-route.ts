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

/** Its methods and their limit. */
export const LOGO_ROUTE = { path: '/logo.svg', methods: ['GET', 'HEAD'], throttle: { perSecond: 100, burst: 200 } };

interface Response {
  readonly status: string;
  readonly mediaType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

const NO_LOGO: Response = {
  status: '404',
  mediaType: 'application/json',
  body: '{"error":"not_found","error_description":"This server has no logo."}',
  headers: { 'Cache-Control': 'no-store' },
};

/**
 * Adds `GET /logo.svg`, which API Gateway answers by itself: no function, no bucket, and no third party that sees logins.
 * The route exists without a logo too, because no deployment may remove a route.
 *
 * @param svg an SVG document without `$` and `#`, which a mapping template would interpret
 */
export const addLogo = (root: IResource, svg: string | undefined): void => {
  const { status, mediaType, body, headers } =
    svg === undefined ? NO_LOGO : { status: '200', mediaType: 'image/svg+xml', body: svg, headers: HEADERS };
  const resource = root.resourceForPath(LOGO_ROUTE.path);
  for (const name of LOGO_ROUTE.methods) {
    const method = resource.addMethod(
      name,
      new MockIntegration({
        // A request for an image has no body, so its content type does not matter.
        passthroughBehavior: PassthroughBehavior.WHEN_NO_TEMPLATES,
        requestTemplates: { 'application/json': `{"statusCode": ${status}}` },
        integrationResponses: [
          {
            statusCode: status,
            responseTemplates: { [mediaType]: body },
            responseParameters: Object.fromEntries(
              Object.entries(headers).map(([header, value]) => [`method.response.header.${header}`, `'${value}'`]),
            ),
          },
        ],
      }),
      {
        methodResponses: [
          {
            statusCode: status,
            responseParameters: Object.fromEntries(
              Object.keys(headers).map((header) => [`method.response.header.${header}`, true]),
            ),
          },
        ],
      },
    );
    acknowledge(method, { APIG4: BECAUSE, COG4: BECAUSE });
  }
};

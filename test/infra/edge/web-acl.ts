import type { SeenRequest } from '../../support/client-profiles/requests.ts';
import { judge, type Verdict } from '../../support/firewall.ts';
import { type Template, TWO_SERVERS, templateFor } from '../template.ts';

/** A request to judge. Members that are left out are those of an ordinary GET. */
export type PartialRequest = Partial<SeenRequest> & { path: string };

export interface WebAcl {
  readonly template: Template;
  // biome-ignore lint/suspicious/noExplicitAny: tests read properties of any rule
  readonly acl: any;
  /** The request as CloudFront sends it to the API of its path. */
  through(request: PartialRequest): SeenRequest;
  /** The verdict on a request that comes through CloudFront. */
  verdict(request: PartialRequest): Verdict;
}

/** The web ACL of a stack with two servers. */
export const webAcl = async (): Promise<WebAcl> => {
  const template = await templateFor(TWO_SERVERS);
  const acl = template.ofType('AWS::WAFv2::WebACL')[0]?.[1].Properties;
  const [secretId = ''] =
    template.ofType('AWS::SecretsManager::Secret').find(([logicalId]) => logicalId.includes('Origin')) ?? [];
  const through = (request: PartialRequest): SeenRequest => {
    const api = /^\/(tools\/)?mcp($|\/)/.test(request.path) ? 'Servermcp' : 'AuthorizationServer';
    const [[apiId] = ['']] = template
      .ofType('AWS::ApiGateway::RestApi')
      .filter(([logicalId]) => logicalId.startsWith(`Gatehouse${api}`));
    return {
      method: 'GET',
      query: '',
      body: '',
      ...request,
      headers: {
        'user-agent': 'test',
        ...request.headers,
        host: `<${apiId}>.execute-api.eu-central-1.amazonaws.com`,
        'x-gatehouse-viewer': '203.0.113.7',
        'x-gatehouse-origin': `{{resolve:secretsmanager:<${secretId}>:SecretString}}`,
      },
    };
  };
  return { template, acl, through, verdict: (request) => judge(acl.Rules, through(request)) };
};

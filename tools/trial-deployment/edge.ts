import { Agent, createServer, request as httpsRequest } from 'node:https';
import { join } from 'node:path';
import type { Origin } from '../local/cloud/api-gateway/index.ts';
import { createCloudFront } from '../local/cloud/cloudfront/index.ts';
import { edgeListener, MAX_HEADER_BYTES } from '../local/cloud/edge-server.ts';
import { HOP_BY_HOP, headerList, withHeader, withoutHeaders } from '../local/cloud/http-message.ts';
import { withSecretValues } from '../local/cloud/template/dynamic-references.ts';
import { loadTemplate } from '../local/cloud/template/index.ts';
import { type Deployment, STACK_NAME } from './deployment.ts';
import { REGION, type Surroundings } from './surroundings.ts';

const agent = new Agent({ keepAlive: true });
const FROM_ORIGIN = new Set([...HOP_BY_HOP, 'content-length']);

/** Serves the distribution of the newest deployment, over TLS. */
export class Edge {
  readonly #surroundings: Surroundings;
  #serve: Origin | undefined;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  async listen(): Promise<void> {
    const { certificate, edgePort } = this.#surroundings;
    const server = createServer(
      { ...certificate, maxHeaderSize: MAX_HEADER_BYTES },
      edgeListener(
        () => this.#serve,
        () => {},
      ),
    );
    await new Promise<void>((resolve) => server.listen(edgePort, '127.0.0.1', resolve));
    server.unref();
  }

  /** Takes behaviours, origins, policies and functions from the template that was just deployed. */
  async follow(deployment: Deployment): Promise<void> {
    const { StackResources } = await deployment.aws(
      ...['cloudformation', 'describe-stack-resources', '--stack-name', STACK_NAME],
    );
    const deployedIds = new Map<string, string>(
      StackResources.map((resource: { LogicalResourceId: string; PhysicalResourceId: string }) => [
        resource.LogicalResourceId,
        resource.PhysicalResourceId,
      ]),
    );
    const { template } = await loadTemplate(join(this.#surroundings.project, 'cdk.out'), deployment.issuer);
    // The loaded template has the names of the local cloud. Only these two kinds of resources are needed by their real names.
    const origins = new Map<string, Origin>();
    const secretIds = new Map<string, string>();
    for (const { type, logicalId, physicalId } of template.resources) {
      const deployedId = deployedIds.get(logicalId) ?? '';
      if (type === 'AWS::SecretsManager::Secret') secretIds.set(physicalId, deployedId);
      if (type === 'AWS::ApiGateway::RestApi') {
        origins.set(`${physicalId}.execute-api.${REGION}.amazonaws.com`, this.#restApi(deployedId));
      }
    }
    const withSecrets = await withSecretValues(template, async (arn) => {
      const id = secretIds.get(arn) ?? '';
      return (await deployment.aws('secretsmanager', 'get-secret-value', '--secret-id', id)).SecretString;
    });
    this.#serve = createCloudFront(withSecrets, { domainName: new URL(deployment.issuer).host, origins });
  }

  /** An origin that is a REST API of the emulator. */
  #restApi(apiId: string): Origin {
    const { emulatorPort: port } = this.#surroundings;
    return ({ method, path, query, headers, body, signal }) =>
      new Promise((resolve, reject) => {
        const sent = withHeader(withoutHeaders(headers, HOP_BY_HOP), 'Host', `${apiId}.execute-api.localhost:${port}`);
        const request = httpsRequest({
          ...{ agent, signal, method, port, host: '127.0.0.1', servername: 'localhost' },
          path: query === '' ? path : `${path}?${query}`,
          headers: sent.flat(),
        });
        request.once('error', reject);
        request.once('response', (response) => {
          const answered = withoutHeaders(headerList(response.rawHeaders), FROM_ORIGIN);
          resolve({ status: response.statusCode ?? 502, headers: answered, body: response });
        });
        request.end(body);
      });
  }
}

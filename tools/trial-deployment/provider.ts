import { createServer } from 'node:https';
import { createIdentityProvider, providerKeys } from '../local/development-provider/index.ts';
import type { Deployment } from './deployment.ts';
import { PROVIDER_HOST, type Surroundings } from './surroundings.ts';

const CLIENT = { clientId: 'gatehouse', clientSecret: 'secret-of-the-trial' };

/** The development provider of the local run, over TLS. */
export class Provider {
  readonly origin = `https://${PROVIDER_HOST}`;
  readonly #keys = providerKeys(undefined);
  #serve: ReturnType<typeof createIdentityProvider> | undefined;

  async listen({ certificate, providerPort }: Surroundings): Promise<void> {
    const server = createServer(certificate, (request, response) => this.#serve?.(request, response));
    await new Promise<void>((resolve) => server.listen(providerPort, '127.0.0.1', resolve));
    server.unref();
  }

  /** Registers the deployment's redirect URI, and stores the credentials with the command that the stack printed. */
  async register(deployment: Deployment): Promise<void> {
    const redirectUri = deployment.outputs.RedirectUriCompany ?? '';
    const clients = { company: { ...CLIENT, redirectUri } };
    this.#serve = createIdentityProvider(this.origin, clients, await this.#keys);
    await deployment.printedCommand('SecretCommandCompany', {
      CLIENT_ID: CLIENT.clientId,
      CLIENT_SECRET: CLIENT.clientSecret,
    });
  }
}

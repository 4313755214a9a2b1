import { type Seen, User } from '../browser/user.ts';
import { type FaultyCloud, startFaultyCloud } from '../faults/faulty-cloud.ts';
import { authorizationRequest, type RegisteredClient } from '../http/oauth-requests.ts';
import { CLIENT_ID, CLIENT_SECRET, MisbehavingProvider } from '../providers/misbehaving-provider.ts';
import type { LocalCloudOptions } from './cloud-run.ts';

const SHAPES = { company: 'oidc', other: 'oidc', github: 'github', entra: 'entra' } as const;
export type ProviderId = keyof typeof SHAPES;

/** A local cloud whose identity providers are the test's own, one of each shape and two of the usual one. */
export interface CloudWithProviders {
  readonly cloud: FaultyCloud;
  readonly providers: Readonly<Record<ProviderId, MisbehavingProvider>>;
  /** Stores our secret at a provider, as its owner would. */
  readonly storeSecret: (id: ProviderId, clientSecret: string) => Promise<void>;
  /** A user with their own browser. */
  readonly user: () => User;
  readonly stop: () => Promise<void>;
}

/**
 * @param config laid over the repository's
 * @param settings what else it says of a provider
 * @param options how the cloud is started
 */
export const startCloudWithProviders = async (
  config: Readonly<Record<string, unknown>> = {},
  settings: Readonly<Partial<Record<ProviderId, object>>> = {},
  options: Pick<LocalCloudOptions, 'timeLimitFactor'> = {},
): Promise<CloudWithProviders> => {
  const entries = Object.entries(SHAPES) as [ProviderId, (typeof SHAPES)[ProviderId]][];
  const started = await Promise.all(entries.map(([, shape]) => MisbehavingProvider.start(shape)));
  const providers = Object.fromEntries(entries.map(([id], index) => [id, started[index]])) as Record<
    ProviderId,
    MisbehavingProvider
  >;
  const identityProviders = Object.fromEntries(
    entries.map(([id, kind]) => [
      id,
      { kind, issuer: providers[id].issuer, ...(kind === 'entra' ? { tenant: 'organizations' } : {}), ...settings[id] },
    ]),
  );
  const cloud = await startFaultyCloud({ ...options, config: { ...config, identityProviders } });
  const storeSecret = async (id: ProviderId, clientSecret: string): Promise<void> => {
    const secretId = new RegExp(`--secret-id (\\S*Provider${id}\\S*)`, 'i').exec(cloud.output())?.[1];
    if (secretId === undefined) throw new Error(`the start names no secret of "${id}":\n${cloud.output()}`);
    await cloud.asOperator('secretsmanager', 'PutSecretValue', {
      SecretId: secretId,
      ClientRequestToken: crypto.randomUUID(),
      SecretString: JSON.stringify({ client_id: CLIENT_ID, client_secret: clientSecret }),
    });
  };
  for (const [id] of entries) await storeSecret(id, CLIENT_SECRET);
  return {
    cloud,
    providers,
    storeSecret,
    user: () =>
      new User(
        cloud,
        'ada',
        started.map(({ origin }) => origin),
      ),
    stop: async () => {
      await cloud.stop();
      await Promise.all(started.map((provider) => provider.stop()));
    },
  };
};

/** From /authorize to wherever it ends. */
export const logInAt = (
  { cloud, user }: CloudWithProviders,
  client: RegisteredClient,
  provider: ProviderId,
  who: User = user(),
): Promise<Seen> => who.signIn(authorizationRequest(cloud, client).url, { provider });

/** Where a link of a page leads, by its words. */
export const linkOf = (seen: Seen, label: string): URL => {
  const links = [...seen.html.matchAll(/<a\b[^>]*href="([^"]*)"[^>]*>([^<]*)<\/a>/g)];
  const [, href] = links.find(([, , words]) => words?.trim() === label) ?? [];
  if (href === undefined) throw new Error(`no link "${label}" on: ${seen.status} ${seen.html.slice(0, 2000)}`);
  return new URL(href.replaceAll('&amp;', '&'), seen.url);
};

import { withoutUndefined } from '../../lambdas/core/without-undefined.ts';
import { type Configuration, merge, parseConfiguration } from '../../lib/config/configuration.ts';
import { ConfigurationFileError, readConfigurationFile } from '../../lib/config/configuration-file.ts';
import { isRecord } from './cloud/template/shape.ts';
import { PROVIDER_KINDS, type ProviderKind } from './development-provider/kinds.ts';

export interface LocalConfiguration {
  readonly configuration: Configuration;
  /** Ids of the identity providers that the development provider replaces. */
  readonly developmentProviders: readonly string[];
}

/** What the command line says about the configuration. */
export interface ConfigurationOptions {
  readonly configFile: string | undefined;
  readonly providers?: readonly ProviderKind[] | undefined;
  /** URL of the MCP server that replaces the backend of the first server. */
  readonly backend?: string | undefined;
  /** Whether users log in at the configured identity providers. */
  readonly realProviders?: boolean | undefined;
}

/**
 * Reads the configuration of the local run: the repository's configuration with the file merged over it. The
 * development provider replaces every identity provider for which the file names no issuer, unless the run is to use the
 * real ones. It always replaces user pools of the stack, which exist in AWS only.
 *
 * @param base the repository's configuration, unchecked
 * @param developmentIssuer returns the issuer at the development provider for a provider's id
 * @throws ConfigurationFileError, ConfigurationError
 */
export const readLocalConfiguration = async (
  base: unknown,
  { configFile, providers, backend, realProviders = false }: ConfigurationOptions,
  developmentIssuer: (id: string) => string,
): Promise<LocalConfiguration> => {
  const overlay = configFile === undefined ? {} : readOverlay(configFile);
  const named = isRecord(overlay.identityProviders) ? overlay.identityProviders : {};
  const whole = backend === undefined ? merge(base, overlay) : withBackend(merge(base, overlay), backend);
  const merged = providers ? withProviders(whole, named, providers) : whole;
  const developmentProviders = Object.entries(
    isRecord(merged) && isRecord(merged.identityProviders) ? merged.identityProviders : {},
  )
    .filter(([id]) => !(isRecord(named[id]) && 'issuer' in named[id]))
    .filter(([, provider]) => !realProviders || isUserPoolOfStack(provider))
    .map(([id]) => id);
  const replaced = Object.fromEntries(developmentProviders.map((id) => [id, { issuer: developmentIssuer(id) }]));
  const configuration = parseConfiguration(
    developmentProviders.length > 0 ? merge(merged, { identityProviders: replaced }) : merged,
  );
  return { configuration, developmentProviders };
};

const isUserPoolOfStack = (provider: unknown): boolean =>
  isRecord(provider) && provider.kind === 'cognito' && provider.userPoolId === undefined;

/** Replaces the first server's backend. If that was the example server, its name and the rules for its tools go, too. */
const withBackend = (configuration: unknown, url: string): unknown => {
  const servers = isRecord(configuration) && isRecord(configuration.servers) ? configuration.servers : {};
  const [path = '/mcp', server] = Object.entries(servers)[0] ?? [];
  const { name, scopes, ...others } = isRecord(server) ? server : {};
  const isExample = isRecord(others.backend) && others.backend.kind === 'example';
  const kept = isExample ? { scopes: { required: isRecord(scopes) ? scopes.required : undefined } } : { name, scopes };
  const replaced = { ...others, ...withoutUndefined(kept), backend: { kind: 'http', url } };
  return { ...(isRecord(configuration) ? configuration : {}), servers: { ...servers, [path]: replaced } };
};

/** Replaces the configured providers by one of each kind. Members that the file sets for such an id are kept. */
const withProviders = (
  configuration: unknown,
  named: Readonly<Record<string, unknown>>,
  kinds: readonly ProviderKind[],
): unknown => ({
  ...(isRecord(configuration) ? configuration : {}),
  identityProviders: Object.fromEntries(
    kinds.map((kind) => [kind, merge({ kind, ...PROVIDER_KINDS[kind] }, named[kind] ?? {})]),
  ),
});

const readOverlay = (file: string): Record<string, unknown> => {
  const shownName = `--config ${file}`;
  const overlay = readConfigurationFile(file, shownName);
  if (overlay === undefined) throw new ConfigurationFileError(`${shownName} cannot be read: there is no such file`);
  if (!isRecord(overlay)) throw new ConfigurationFileError(`${shownName}: expected an object, as in gatehouse.json`);
  return overlay;
};

import { type Configuration, merge, parseConfiguration } from '../../lib/config/configuration.ts';
import { ConfigurationFileError, readConfigurationFile } from '../../lib/config/configuration-file.ts';
import { isRecord } from './cloud/template/shape.ts';
import { PROVIDER_KINDS, type ProviderKind } from './development-provider/kinds.ts';

export interface LocalConfiguration {
  readonly configuration: Configuration;
  /** Ids of the identity providers that the development provider replaces. */
  readonly developmentProviders: readonly string[];
}

/**
 * Reads the configuration of the local run: the repository's configuration with the file merged over it. The
 * development provider replaces every identity provider for which the file names no issuer.
 *
 * @param base the repository's configuration, unchecked
 * @param developmentIssuer returns the issuer at the development provider for a provider's id
 * @throws ConfigurationFileError, ConfigurationError
 */
export const readLocalConfiguration = async (
  base: unknown,
  {
    configFile,
    providers,
  }: { readonly configFile: string | undefined; readonly providers?: readonly ProviderKind[] | undefined },
  developmentIssuer: (id: string) => string,
): Promise<LocalConfiguration> => {
  const overlay = configFile === undefined ? {} : readOverlay(configFile);
  const named = isRecord(overlay.identityProviders) ? overlay.identityProviders : {};
  const merged = providers ? withProviders(merge(base, overlay), named, providers) : merge(base, overlay);
  const developmentProviders = Object.keys(
    isRecord(merged) && isRecord(merged.identityProviders) ? merged.identityProviders : {},
  ).filter((id) => !(isRecord(named[id]) && 'issuer' in named[id]));
  const replaced = Object.fromEntries(developmentProviders.map((id) => [id, { issuer: developmentIssuer(id) }]));
  const configuration = parseConfiguration(
    developmentProviders.length > 0 ? merge(merged, { identityProviders: replaced }) : merged,
  );
  return { configuration, developmentProviders };
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

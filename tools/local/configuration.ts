import { readFile } from 'node:fs/promises';
import { type Configuration, merge, parseConfiguration } from '../../lib/config/configuration.ts';
import { isRecord } from './cloud/template/shape.ts';
import { PROVIDER_KINDS, type ProviderKind } from './development-provider/kinds.ts';

/** The file given with `--config` cannot be used. */
export class ConfigFileError extends Error {}

export interface LocalConfiguration {
  readonly configuration: Configuration;
  /** Ids of the identity providers that the development provider replaces. */
  readonly developmentProviders: readonly string[];
}

/**
 * Reads the configuration of the local run: the repository's configuration with the file merged over it. The
 * development provider replaces every identity provider for which the file names no issuer.
 *
 * @param base `context.gatehouse` of cdk.json
 * @param developmentIssuer returns the issuer at the development provider for a provider's id
 * @throws ConfigFileError, ConfigurationError
 */
export const readLocalConfiguration = async (
  base: unknown,
  {
    configFile,
    providers,
  }: { readonly configFile: string | undefined; readonly providers?: readonly ProviderKind[] | undefined },
  developmentIssuer: (id: string) => string,
): Promise<LocalConfiguration> => {
  const overlay = configFile === undefined ? {} : await readOverlay(configFile);
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

const readOverlay = async (file: string): Promise<Record<string, unknown>> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'there is no such file' : error.message;
    throw new ConfigFileError(`--config ${file} cannot be read: ${why}`);
  });
  let overlay: unknown;
  try {
    overlay = JSON.parse(text);
  } catch (error) {
    throw new ConfigFileError(`--config ${file} is not JSON: ${error instanceof Error ? error.message : ''}`);
  }
  if (!isRecord(overlay)) throw new ConfigFileError(`--config ${file}: expected an object like context.gatehouse`);
  return overlay;
};

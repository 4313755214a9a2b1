import { join } from 'node:path';
import { isJsonObject } from '../../lambdas/core/json.ts';
import { PACKAGE_DIRECTORY } from '../functions/bundles.ts';
import { ConfigurationFileError, readConfigurationFile, readPlainJsonFile } from './configuration-file.ts';

/**
 * Reads `context` of cdk.json: the CDK's feature flags, and perhaps the configuration.
 *
 * @param directory the folder of cdk.json
 * @throws ConfigurationFileError
 */
export const readContext = (directory: string = PACKAGE_DIRECTORY): Readonly<Record<string, unknown>> => {
  const settings = readPlainJsonFile(join(directory, 'cdk.json'), 'cdk.json');
  if (settings === undefined) throw new ConfigurationFileError(`cdk.json is missing in ${directory}: restore it`);
  const context = isJsonObject(settings) ? settings.context : undefined;
  return isJsonObject(context) ? context : {};
};

/**
 * Reads gatehouse.json, which replaces `context.gatehouse` of cdk.json.
 *
 * @param directory the folder of cdk.json
 * @returns the configuration, unchecked, or undefined when there is no such file
 * @throws ConfigurationFileError
 */
export const readGatehouseJson = (directory: string = PACKAGE_DIRECTORY): unknown =>
  readConfigurationFile(join(directory, 'gatehouse.json'), 'gatehouse.json');

/**
 * Reads gatehouse.json, or `context.gatehouse` of cdk.json when there is no such file.
 *
 * @param directory the folder of both
 * @returns the configuration, unchecked
 * @throws ConfigurationFileError
 */
export const readConfiguration = (directory: string = PACKAGE_DIRECTORY): unknown =>
  readGatehouseJson(directory) ?? readContext(directory).gatehouse;

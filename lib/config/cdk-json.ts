import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_DIRECTORY } from '../functions/bundles.ts';

/** `context` of the package's cdk.json: the CDK's feature flags, and the configuration. */
export const readContext = (): Readonly<Record<string, unknown>> =>
  JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'cdk.json'), 'utf8')).context;

/** `context.gatehouse` of the package's cdk.json, unchecked. */
export const readConfiguration = (): unknown => readContext().gatehouse;

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { PACKAGE_DIRECTORY } from './bundles.ts';
import type { Configuration } from './config.ts';
import { GatehouseStack } from './gatehouse-stack.ts';

// What the cdk command switches on by itself; with it both ways give the same template.
const CLI_CONTEXT = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

export const STACK_NAME = 'Gatehouse';

/** `context.gatehouse` of the package's cdk.json, unchecked. */
export const readConfiguration = (): unknown => readContext().gatehouse;

/**
 * Synthesizes, in this process, the very template that `cdk deploy` would send; without the validation that comes
 * with the command. Bundles must exist.
 *
 * @param outputDirectory gets the cloud assembly: `Gatehouse.template.json` and the assets
 */
export const synthesize = (configuration: Configuration, outputDirectory: string): CloudAssembly => {
  const { gatehouse: _, ...featureFlags } = readContext();
  const app = new App({
    outdir: outputDirectory,
    context: { ...featureFlags, ...CLI_CONTEXT },
    analyticsReporting: false,
    treeMetadata: false,
    stackTraces: false,
    builtinCloudFormationValidation: false,
  });
  new GatehouseStack(app, STACK_NAME, { configuration });
  return app.synth();
};

const readContext = (): Record<string, unknown> =>
  JSON.parse(readFileSync(join(PACKAGE_DIRECTORY, 'cdk.json'), 'utf8')).context;

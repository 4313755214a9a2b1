import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { readContext } from './config/cdk-json.ts';
import type { Configuration } from './config/configuration.ts';
import { GatehouseStack } from './gatehouse-stack.ts';

// What the cdk command switches on by itself; with it both ways give the same template.
const CLI_CONTEXT = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

export const STACK_NAME = 'Gatehouse';

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

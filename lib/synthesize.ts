import { App } from 'aws-cdk-lib';
import type { CloudAssembly } from 'aws-cdk-lib/cx-api';
import { readContext } from './config/cdk-json.ts';
import type { Configuration } from './config/configuration.ts';
import { environmentOf } from './edge/restore-challenges.ts';
import { GatehouseStack } from './gatehouse-stack.ts';

// The cdk command sets these by itself. With them, both ways produce the same template.
const CLI_CONTEXT = { 'aws:cdk:enable-path-metadata': true, 'aws:cdk:enable-asset-metadata': true };

/**
 * Synthesizes the template that `cdk deploy` would deploy, in this process and without the validation of the command.
 * The bundles must exist.
 *
 * @param outputDirectory receives the cloud assembly: `<stack name>.template.json` and the assets
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
  new GatehouseStack(app, configuration.stackName, { configuration, ...environmentOf(configuration) });
  return app.synth();
};

import { App, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { readGatehouseJson } from '../lib/config/cdk-json.ts';
import { assertDeployable, ConfigurationError, parseConfiguration } from '../lib/config/configuration.ts';
import { ConfigurationFileError } from '../lib/config/configuration-file.ts';
import { destroyNotice } from '../lib/destroy-notice.ts';
import { environmentOf } from '../lib/edge/restore-challenges.ts';
import { ensureBundles } from '../lib/functions/bundles.ts';
import { GatehouseStack } from '../lib/gatehouse-stack.ts';

// The CDK app: it reads the configuration and creates one stack.
try {
  const app = new App({ analyticsReporting: false });
  const configuration = parseConfiguration(readGatehouseJson() ?? app.node.tryGetContext('gatehouse'));
  const { CDK_DEFAULT_ACCOUNT: account, CDK_DEFAULT_REGION: region } = process.env;
  assertDeployable(configuration, region);
  const notice = destroyNotice(configuration);
  if (notice !== undefined) console.error(notice);
  await ensureBundles();
  new GatehouseStack(app, configuration.stackName, {
    configuration,
    ...environmentOf(configuration, { account, region }),
  });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof ConfigurationError || error instanceof ConfigurationFileError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

import type { Configuration } from './config/configuration.ts';
import { isMadeByStack } from './config/identity-providers.ts';
import { keepsTokens } from './data/upstream-tokens.ts';

/**
 * What `cdk destroy` would delete and keep, for the operator who is about to run it. The command itself says nothing, and
 * it fails while termination protection is on. Then there is no notice.
 */
export const destroyNotice = (configuration: Configuration): string | undefined => {
  const { terminationProtection, stackName, apiGatewayLogRole, identityProviders } = configuration;
  if (terminationProtection) return undefined;
  const providers = Object.entries(identityProviders);
  const kept = [
    'the tables',
    'the secrets',
    'the signing keys',
    ...providers.filter(([, provider]) => isMadeByStack(provider)).map(([id]) => `the user pool of "${id}"`),
    ...(providers.some(([, provider]) => keepsTokens(provider)) ? ["the key that encrypts providers' tokens"] : []),
    ...(apiGatewayLogRole === 'create' ? ["the account's role for logs of API Gateway"] : []),
  ];
  return (
    `Termination protection is off. "cdk destroy" deletes the issuer of ${stackName}, and every connector stops working for good.\n` +
    `It keeps ${kept.slice(0, -1).join(', ')} and ${kept.at(-1)}.\n` +
    'Save the commands that delete these first (docs/deployment.md):\n' +
    `  aws cloudformation describe-stacks --stack-name ${stackName} ` +
    `--query "Stacks[0].Outputs[?starts_with(OutputKey,'Kept')].[Description,OutputValue]" --output text\n`
  );
};

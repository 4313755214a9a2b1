/**
 * In the bundles this takes the place of the SDK's chain of credential sources. Lambda gives a function its credentials
 * as environment variables, so the other sources would only be loaded at each cold start.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';

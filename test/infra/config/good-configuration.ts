import { ConfigurationError, type ConfigurationInput, parseConfiguration } from '../../../lib/config/configuration.ts';

/** A configuration without a problem. */
export const GOOD: ConfigurationInput = {
  servers: { '/mcp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } } },
  scopes: { mcp: { description: 'Use the tools of this server' } },
  identityProviders: { company: { kind: 'oidc', issuer: 'https://login.example.com' } },
  access: 'everyone',
};

/** The problems of a configuration; none if it is accepted. */
export const problemsOf = (value: unknown): readonly string[] => {
  try {
    parseConfiguration(value);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
};

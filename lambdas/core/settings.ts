/** The index of the grants table that lists one person's; KEYS_ONLY, so that nobody is tempted to decide by it. */
export const SUBJECT_INDEX = 'bySubject';

/**
 * Names of the functions' environment variables: with the index above and the metrics below, all that the stack (`lib`) and the functions share.
 * `runtime/settings.ts` says what each one holds.
 */
export const ENVIRONMENT = {
  issuer: 'GATEHOUSE_ISSUER',
  servers: 'GATEHOUSE_SERVERS',
  scopes: 'GATEHOUSE_SCOPES',
  /** JSON: how the pages look. */
  theme: 'GATEHOUSE_THEME',
  identityProviders: 'GATEHOUSE_IDENTITY_PROVIDERS',
  /** JSON: id → kind, where nothing else of the identity providers is needed. */
  identityProviderKinds: 'GATEHOUSE_IDENTITY_PROVIDER_KINDS',
  /** JSON: where the tokens of identity providers are sealed, if anywhere. */
  tokenVault: 'GATEHOUSE_TOKEN_VAULT',
  access: 'GATEHOUSE_ACCESS',
  lifetimes: 'GATEHOUSE_LIFETIMES',
  /** JSON: id → client of the configuration, resource clients among them. */
  configuredClients: 'GATEHOUSE_CONFIGURED_CLIENTS',
  /** JSON: whether clients may come with a metadata document, and from which hosts. */
  clientDocuments: 'GATEHOUSE_CLIENT_DOCUMENTS',
  /** JSON: REST API id → path of the MCP server behind it. */
  protectedResources: 'GATEHOUSE_PROTECTED_RESOURCES',
  /** JSON: the one MCP server that an inspector stands before. */
  inspectedServer: 'GATEHOUSE_INSPECTED_SERVER',
  clientsTable: 'GATEHOUSE_CLIENTS_TABLE',
  transactionsTable: 'GATEHOUSE_TRANSACTIONS_TABLE',
  grantsTable: 'GATEHOUSE_GRANTS_TABLE',
  keysTable: 'GATEHOUSE_KEYS_TABLE',
  assertionsTable: 'GATEHOUSE_ASSERTIONS_TABLE',
  countersTable: 'GATEHOUSE_COUNTERS_TABLE',
  /** Named only where consents are remembered. */
  consentsTable: 'GATEHOUSE_CONSENTS_TABLE',
  sealingSecret: 'GATEHOUSE_SEALING_SECRET',
  subjectSecret: 'GATEHOUSE_SUBJECT_SECRET',
  /** Role that may sign, named in the policy of every key that `keys` makes. */
  tokenRoleArn: 'GATEHOUSE_TOKEN_ROLE_ARN',
  keysRoleArn: 'GATEHOUSE_KEYS_ROLE_ARN',
  /** Name of the function `keys`, which sets the not-before marks. */
  keysFunction: 'GATEHOUSE_KEYS_FUNCTION',
  accountId: 'GATEHOUSE_ACCOUNT_ID',
  stackTag: 'GATEHOUSE_STACK_TAG',
  /** Name of the stack, for functions that count: absent where nobody asked for metrics. */
  metricsStack: 'GATEHOUSE_METRICS_STACK',
} as const;

/** CloudWatch namespace of the metrics below, and their only dimension: neither client nor provider is one. */
export const METRICS_NAMESPACE = 'Gatehouse';
export const METRICS_DIMENSION = 'Stack';

/** All metrics of our own, each a count: what no service of AWS counts for nothing. Every one more has its price. */
export const METRICS = [
  'LoginsSucceeded',
  'LoginsFailed',
  'UpstreamErrors',
  'CodesReplayed',
  'RefreshReuse',
  'ClientsRegistered',
  'LimitsHit',
  'AuthorizerFailures',
] as const;

export type MetricName = (typeof METRICS)[number];

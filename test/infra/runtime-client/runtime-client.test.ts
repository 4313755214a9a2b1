import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { protectedResources } from '../../../lambdas/core/settings.ts';
import { readConfiguration } from '../../../lib/config/cdk-json.ts';
import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { BUNDLE_DIRECTORY, ensureBundles, functionNames } from '../../../lib/functions/bundles.ts';
import { newAssembly } from '../../../tools/local/assembly.ts';
import { type FunctionDefinition, readFunctions } from '../../../tools/local/cloud/lambda/definition.ts';
import { loadTemplate } from '../../../tools/local/cloud/template/index.ts';
import { AUTHORIZER_CONTEXT } from '../../support/backends/inspector-fixture.ts';
import { invokeOnce, type Sent } from './invoke.ts';

const CLIENT = fileURLToPath(new URL('../../../node_modules/aws-lambda-ric/index.mjs', import.meta.url));
const isInstalled = existsSync(CLIENT);
if (!isInstalled) console.warn('tests on the runtime interface client skipped: aws-lambda-ric is not installed');
const ifInstalled = isInstalled ? describe : describe.skip;

/** Nothing listens there. A function that needs a service answers that it is unavailable. */
const CLOSED = 'http://127.0.0.1:9';

const HEADERS = {
  Authorization: 'Bearer x',
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
};

/** An MCP request, which the endpoints of OAuth refuse. */
const EVENT = {
  httpMethod: 'POST',
  path: '/mcp',
  resource: '/mcp',
  headers: HEADERS,
  multiValueHeaders: Object.fromEntries(Object.entries(HEADERS).map(([name, value]) => [name, [value]])),
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  body: '{"jsonrpc":"2.0","id":1,"method":"tools/list"}',
  isBase64Encoded: false,
  requestContext: {
    requestId: 'request-1',
    stage: 'prod',
    identity: { sourceIp: '192.0.2.1' },
    authorizer: AUTHORIZER_CONTEXT,
  },
};

/** What each function does with the event: a status, with the word streamed, or the error that it throws. */
const OUTCOMES: Readonly<Record<string, unknown>> = {
  'authorization-server-metadata': 200,
  authorize: 400,
  authorizer: 'error: Unauthorized',
  callback: 404,
  'client-configuration': 401,
  connections: 400,
  consent: 400,
  'example-mcp-server': 'streamed 200',
  health: 503,
  inspector: 'streamed 502',
  introspect: 400,
  jwks: 503,
  'key-ring': expect.stringContaining('error: expected {"action":"rotate"}'),
  privacy: expect.stringContaining('error: expected {"action":"export"}'),
  'protected-resource-metadata': 200,
  register: 400,
  revoke: 400,
  token: 400,
  userinfo: 401,
  welcome: 200,
};

const outcomeOf = ({ kind, body, isStreamed, trailers }: Sent): unknown => {
  if (kind !== 'response') return `${kind}: ${JSON.parse(body).errorMessage}`;
  if (!isStreamed) return JSON.parse(body).statusCode;
  expect(trailers).toEqual({});
  // The head ends with eight NUL bytes.
  const [head = '', content] = body.split('\0'.repeat(8));
  expect(content).toContain('"jsonrpc":"2.0"');
  return `streamed ${JSON.parse(head).statusCode}`;
};

const digest = (file: string): string => createHash('sha256').update(readFileSync(file)).digest('hex');

ifInstalled("Every function on the runtime interface client of Lambda's Node.js runtime", () => {
  const byFolder = new Map<string, FunctionDefinition>();
  let assembly: string | undefined;

  beforeAll(async () => {
    await ensureBundles();
    assembly = await newAssembly(parseConfiguration(readConfiguration()));
    const { template } = await loadTemplate(assembly, 'http://localhost:4800');
    const endpoints = { dynamodb: CLOSED, kms: CLOSED, secretsManager: CLOSED, lambda: CLOSED };
    const credentials = { accessKeyId: 'none', secretAccessKey: 'none', sessionToken: 'none' };
    const folders = new Map(
      functionNames().map((name) => [digest(join(BUNDLE_DIRECTORY, name, 'index.mjs')), name] as const),
    );
    for (const fn of readFunctions(template, () => credentials, endpoints)) {
      byFolder.set(folders.get(digest(fileURLToPath(fn.moduleUrl))) ?? fn.name, fn);
    }
  });
  afterAll(() => assembly && rm(assembly, { recursive: true }));

  it('is in the template', () => {
    expect([...byFolder.keys()].sort()).toEqual(functionNames());
    expect(Object.keys(OUTCOMES)).toEqual(functionNames());
  });

  it.each(functionNames())('%s is loaded, and answers', async (folder) => {
    const fn = byFolder.get(folder);
    if (!fn) throw new Error('it is not in the template');
    const [apiId] = Object.keys(
      JSON.parse(byFolder.get('authorizer')?.environment[protectedResources.variable] ?? '{}'),
    );
    const event = { ...EVENT, requestContext: { ...EVENT.requestContext, apiId } };
    expect(outcomeOf(await invokeOnce(pathToFileURL(CLIENT).href, fn, event))).toEqual(OUTCOMES[folder]);
  });
});

import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Finished, run, runSuccessfully } from '../toolchains/processes.ts';
import { PROVIDER_HOST, REGION, type Surroundings } from './surroundings.ts';

export const STACK_NAME = 'Gatehouse';
const ACCOUNT = '000000000000';

/** What the trial deploys. MiniStack lacks associations of a firewall, and alarms on metric math. */
const CONFIGURATION = {
  servers: {
    '/mcp': {
      name: 'Example MCP server',
      backend: { kind: 'example' },
      scopes: { required: ['mcp'], tools: { danger_reset: ['mcp:write'] } },
    },
  },
  scopes: {
    mcp: { description: 'Use the tools of this server' },
    'mcp:write': { description: 'Change data', implies: ['mcp'] },
  },
  identityProviders: { company: { kind: 'oidc', issuer: `https://${PROVIDER_HOST}/company`, displayName: 'Company' } },
  clients: {
    reports: { name: 'Reports', authentication: 'client_secret_basic', redirectUris: ['https://reports.example/cb'] },
  },
  access: 'everyone',
  firewall: false,
  monitoring: { alarms: false, dashboard: true },
  terminationProtection: false,
};

/** A copy of the project's stack, and the real CDK that deploys it. */
export class Deployment {
  /** Output name → value, as the last successful deployment printed it. */
  outputs: Readonly<Record<string, string>> = {};
  readonly #surroundings: Surroundings;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  get issuer(): string {
    return this.outputs.Issuer ?? '';
  }

  /** Writes the configuration of the next deployment. @param changes replace keys of the trial's own configuration */
  async configure(changes: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const configuration = { ...CONFIGURATION, ...changes };
    await writeFile(join(this.#surroundings.project, 'gatehouse.json'), JSON.stringify(configuration, null, 2));
  }

  /** A configuration with a second server. */
  serversWith(path: string, backend: object): { servers: object } {
    const second = { name: 'Second server', backend, scopes: { required: ['mcp'] } };
    return { servers: { ...CONFIGURATION.servers, [path]: second } };
  }

  async bootstrap(): Promise<void> {
    // With an account and a region, the CDK does not synthesize the app for this.
    this.#expectSuccess(await this.#cdk(['bootstrap', `aws://${ACCOUNT}/${REGION}`]));
  }

  /** @throws Error when the deployment fails */
  async deploy(): Promise<Finished> {
    return this.#expectSuccess(await this.tryToDeploy());
  }

  async tryToDeploy(): Promise<Finished> {
    const file = join(this.#surroundings.folder, 'outputs.json');
    const finished = await this.#cdk(['deploy', '--require-approval', 'never', '--outputs-file', file]);
    if (finished.exitCode === 0) this.outputs = JSON.parse(await readFile(file, 'utf8'))[STACK_NAME] ?? {};
    return finished;
  }

  async destroy(): Promise<void> {
    this.#expectSuccess(await this.#cdk(['destroy', '--force']));
  }

  /** Such as `UPDATE_COMPLETE`. */
  stackStatus(): Promise<string> {
    return this.aws(
      'cloudformation',
      'describe-stacks',
      '--stack-name',
      STACK_NAME,
      '--query',
      'Stacks[0].StackStatus',
    );
  }

  /** How many tables and secrets the template retains. */
  async keptResources(): Promise<{ tables: number; secrets: number }> {
    const file = join(this.#surroundings.project, `cdk.out/${STACK_NAME}.template.json`);
    const { Resources } = JSON.parse(await readFile(file, 'utf8'));
    const count = (type: RegExp): number =>
      Object.values<{ Type: string; DeletionPolicy?: string }>(Resources).filter(
        ({ Type, DeletionPolicy }) => type.test(Type) && DeletionPolicy?.startsWith('Retain'),
      ).length;
    return { tables: count(/^AWS::DynamoDB::(Global)?Table$/), secrets: count(/^AWS::SecretsManager::Secret$/) };
  }

  /** Calls the AWS command line, and reads the JSON that it prints. */
  // biome-ignore lint/suspicious/noExplicitAny: each command has its own answer
  async aws(...parameters: readonly string[]): Promise<any> {
    const { stdout } = await runSuccessfully('aws', [...parameters, '--output', 'json'], this.#asOperator());
    return stdout.trim() === '' ? undefined : JSON.parse(stdout);
  }

  /**
   * Runs a command that the deployment printed.
   *
   * @param name of the output
   * @param replacements what the operator writes in place of words in capitals
   * @returns what it prints
   */
  async printedCommand(name: string, replacements: Readonly<Record<string, string>> = {}): Promise<string> {
    let command = this.outputs[name];
    if (command === undefined) throw new Error(`the stack has no output ${name}`);
    for (const [word, value] of Object.entries(replacements)) command = command.replaceAll(word, value);
    const finished = await runSuccessfully('bash', ['-c', command], { ...this.#asOperator(), input: 'yes\n' });
    return finished.stdout;
  }

  /** Runs a printed command that invokes a function. @returns the function's answer */
  // biome-ignore lint/suspicious/noExplicitAny: each function has its own answer
  async printedInvocation(name: string, replacements: Readonly<Record<string, string>> = {}): Promise<any> {
    const printed = await this.printedCommand(name, replacements);
    // The command line prints its own report first, and then the file with the answer.
    const end = printed.indexOf('\n}') + 2;
    const report = JSON.parse(printed.slice(0, end));
    if (report.StatusCode !== 200 || report.FunctionError !== undefined) throw new Error(`${name}: ${printed}`);
    return JSON.parse(printed.slice(end));
  }

  async #cdk(parameters: readonly string[]): Promise<Finished> {
    const { project, folder, operator } = this.#surroundings;
    const all = ['--no-install', 'cdk', ...parameters, '--no-notices'];
    const finished = await run('npx', all, { cwd: project, env: operator });
    await writeFile(join(folder, `cdk-${parameters[0]}-${Date.now()}.log`), finished.output);
    return finished;
  }

  #expectSuccess(finished: Finished): Finished {
    if (finished.exitCode === 0) return finished;
    throw new Error(`cdk ended with ${finished.exitCode}: ${finished.output.trim().split('\n').slice(-12).join('\n')}`);
  }

  #asOperator() {
    const { folder: cwd, operator: env } = this.#surroundings;
    return { cwd, env };
  }
}

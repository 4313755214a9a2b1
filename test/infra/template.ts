import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConfigurationInput } from '../../lib/config/configuration.ts';
import { ensureBundles } from '../../lib/functions/bundles.ts';
import { templatesOfThisRun } from '../support/cloud/files-of-this-run.ts';

export interface TemplateResource {
  readonly Type: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read properties of any resource type
  readonly Properties: any;
  readonly DependsOn?: readonly string[];
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
}

export interface Template {
  readonly text: string;
  readonly resources: Readonly<Record<string, TemplateResource>>;
  readonly outputs: Readonly<Record<string, { readonly Description: string; readonly Value: unknown }>>;
  /** Logical id and resource of every resource of a type. */
  ofType(type: string): readonly (readonly [logicalId: string, resource: TemplateResource])[];
  /** The function that runs `lambdas/<folder>`. */
  functionOf(folder: string): readonly [logicalId: string, resource: TemplateResource];
}

/**
 * The template of the repository's configuration with an overlay, synthesized as for a deployment. A test run synthesizes
 * each overlay once.
 */
export const templateFor = async (overlay: Partial<ConfigurationInput> = {}): Promise<Template> => {
  const name = createHash('sha256').update(JSON.stringify(overlay)).digest('hex');
  const file = join(templatesOfThisRun(), `${name}.json`);
  if (!existsSync(file)) await synthesizeTo(file, overlay);
  return toTemplate(readFileSync(file, 'utf8'));
};

const synthesizeTo = async (file: string, overlay: Partial<ConfigurationInput>): Promise<void> => {
  await ensureBundles();
  // Loading the CDK takes seconds, so it is loaded only if the template does not exist yet.
  const { merge, parseConfiguration } = await import('../../lib/config/configuration.ts');
  const { readConfiguration } = await import('../../lib/config/cdk-json.ts');
  const { synthesize } = await import('../../lib/synthesize.ts');
  const directory = mkdtempSync(join(tmpdir(), 'gatehouse-infra-'));
  try {
    const configuration = parseConfiguration(merge(readConfiguration(), overlay));
    synthesize(configuration, directory);
    renameSync(join(directory, `${configuration.stackName}.template.json`), file);
  } finally {
    rmSync(directory, { recursive: true });
  }
};

/** Two servers, one of them with an HTTP backend, and two identity providers. */
export const TWO_SERVERS: ConfigurationInput = {
  servers: {
    '/mcp': { backend: { kind: 'example' }, scopes: { required: ['mcp'] } },
    '/tools/mcp': {
      backend: { kind: 'http', url: 'https://backend.example.com/base/' },
      scopes: { required: ['mcp'] },
      identity: ['email', 'profile'],
    },
  },
  scopes: { mcp: { description: 'Use the tools of this server' } },
  identityProviders: {
    company: { kind: 'oidc', issuer: 'https://login.example.com' },
    partner: { kind: 'oidc', issuer: 'https://partner.example.com/' },
  },
  access: 'everyone',
};

/** Folder → construct id, for functions whose construct is not named after the folder. */
const OTHER_CONSTRUCT_IDS: Readonly<Record<string, string>> = {
  'example-mcp-server': 'ExampleServer',
};

const toTemplate = (text: string): Template => {
  const { Resources: resources, Outputs: outputs } = JSON.parse(text);
  const ofType = (type: string) =>
    Object.entries<TemplateResource>(resources).filter(([, resource]) => resource.Type === type);
  return {
    text,
    resources,
    outputs,
    ofType,
    functionOf: (folder) => {
      const id = OTHER_CONSTRUCT_IDS[folder] ?? pascalCase(folder);
      const found = ofType('AWS::Lambda::Function').filter(([logicalId]) =>
        logicalId.replace(/^Gatehouse(Endpoints|Servermcp)?/, '').startsWith(`${id}Function`),
      );
      if (found.length !== 1 || !found[0])
        throw new Error(`expected one function for lambdas/${folder}, found ${found.length}`);
      return found[0];
    },
  };
};

const pascalCase = (name: string) => name.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());

/** The text of a value, with references written as `<LogicalId>`, `<LogicalId.Attribute>` and `<AWS::Pseudo>`. */
export const shown = (value: unknown): string => {
  if (typeof value !== 'object' || value === null) return String(value);
  const [[key, argument]] = Object.entries(value) as [[string, unknown]];
  if (key === 'Ref') return `<${argument}>`;
  if (key === 'Fn::GetAtt') return `<${(argument as string[]).join('.')}>`;
  if (key === 'Fn::Join') {
    const [separator, parts] = argument as [string, unknown[]];
    return parts.map(shown).join(separator);
  }
  return JSON.stringify(value);
};

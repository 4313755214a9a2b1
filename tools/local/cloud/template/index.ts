import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResolvedTemplate, Resource } from '../resolved-template.ts';
import { NOT_RUN, shapeOf } from './allowed.ts';
import { attributeOf, refOf } from './attributes.ts';
import { dynamicReferenceProblems } from './dynamic-references.ts';
import { localize } from './localize.ts';
import { type CloudFormationTemplate, createResolver } from './resolve.ts';
import { isRecord } from './shape.ts';

/** The template contains something that the local cloud does not run. The message lists everything, by logical id. */
export class TemplateError extends Error {
  constructor(problems: readonly string[]) {
    super(
      `the local cloud cannot run this template:\n${problems.map((problem) => `  ${problem}`).join('\n')}\n` +
        'Remove it from the stack, or add it to tools/local/cloud/template.',
    );
    this.name = 'TemplateError';
  }
}

export interface LoadedTemplate {
  readonly template: ResolvedTemplate;
  /** Number of resources that are not run, by kind (such as `log group`). */
  readonly notRun: ReadonlyMap<string, number>;
}

/**
 * Reads the only stack of a cloud assembly as the local cloud runs it.
 *
 * @param assemblyDirectory what `cdk synth` wrote
 * @param origin such as `http://localhost:4800`
 * @throws TemplateError for types, properties and intrinsics that are not run
 */
export const loadTemplate = async (assemblyDirectory: string, origin: string): Promise<LoadedTemplate> => {
  const manifest: unknown = JSON.parse(await readFile(join(assemblyDirectory, 'manifest.json'), 'utf8'));
  const stacks = Object.entries(isRecord(manifest) && isRecord(manifest.artifacts) ? manifest.artifacts : {}).filter(
    ([, artifact]) => isRecord(artifact) && artifact.type === 'aws:cloudformation:stack',
  );
  const [stackName, stack] = stacks[0] ?? [];
  const properties = isRecord(stack) && isRecord(stack.properties) ? stack.properties : undefined;
  if (stacks.length !== 1 || !stackName || typeof properties?.templateFile !== 'string') {
    throw new TemplateError([`${assemblyDirectory} holds ${stacks.length} stacks, expected exactly one`]);
  }
  const text = await readFile(join(assemblyDirectory, properties.templateFile), 'utf8');
  const resolved = resolveTemplate(JSON.parse(text), { stackName, assemblyDirectory });
  return { ...resolved, template: localize(resolved.template, origin) };
};

/**
 * Resolves every intrinsic of the template. Does not yet make the edit of `localize`.
 *
 * @throws TemplateError
 */
export const resolveTemplate = (
  template: CloudFormationTemplate,
  options: { readonly stackName: string; readonly assemblyDirectory: string },
): LoadedTemplate => {
  const resolver = createResolver(template, options.stackName);
  const problems: string[] = [];
  const attempt = <T>(where: string, action: () => T): T | undefined => {
    try {
      return action();
    } catch (error) {
      problems.push(`${where} ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };

  const resources: Resource[] = [];
  const notRun = new Map<string, number>();
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    if (attempt(logicalId, () => resolver.condition(resource.Condition)) !== true) continue;
    const kind = NOT_RUN[resource.Type];
    if (kind) notRun.set(kind, (notRun.get(kind) ?? 0) + 1);
    if (kind) continue;
    const check = shapeOf(resource.Type);
    if (!check) {
      problems.push(`${logicalId} is of type ${resource.Type}, which is not run`);
      continue;
    }
    const properties = attempt(logicalId, () => resolver.value(resource.Properties ?? {}));
    if (!isRecord(properties)) continue;
    problems.push(...check(properties, logicalId), ...dynamicReferenceProblems(resource.Type, properties, logicalId));
    const naming = resolver.naming(logicalId);
    const arn = attributeOf(naming, 'Arn');
    resources.push({
      logicalId,
      type: resource.Type,
      physicalId: refOf(naming) ?? logicalId,
      ...(arn === undefined ? {} : { arn }),
      properties,
      metadata: resource.Metadata ?? {},
    });
  }

  const outputs = Object.fromEntries(
    Object.entries(template.Outputs ?? {}).flatMap(([name, output]) => {
      if (!resolver.condition(output.Condition)) return [];
      return [[name, String(attempt(`output ${name}`, () => resolver.value(output.Value)))] as const];
    }),
  );
  problems.push(...dynamicReferenceProblems('', outputs, 'an output'));
  if (problems.length > 0) throw new TemplateError(problems);
  return { template: { ...options, resources, outputs }, notRun };
};

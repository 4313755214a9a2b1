import type { ResolvedTemplate, Resource } from '../resolved-template.ts';
import { isRecord } from './shape.ts';

/** The only supported form: a whole secret, by its ARN. */
const SECRET = /\{\{resolve:secretsmanager:(arn:[^{}]+:secret:[^{}:]+):SecretString\}\}/g;

/** Types whose properties may contain a dynamic reference. */
const RUN: ReadonlySet<string> = new Set(['AWS::CloudFront::Distribution']);

/** Lists the dynamic references in a resource, or in the outputs, that the local cloud does not support. */
export const dynamicReferenceProblems = (type: string, value: unknown, place: string): string[] => {
  const text = JSON.stringify(value) ?? '';
  const rest = RUN.has(type) ? text.replaceAll(SECRET, '') : text;
  return rest.includes('{{resolve:') ? [`${place} uses a dynamic reference ({{resolve:…}})`] : [];
};

/**
 * Replaces references to secrets by the secrets' values, as CloudFormation does during a deployment.
 *
 * @param secretOf returns the value of a secret for its ARN
 */
export const withSecretValues = async (
  template: ResolvedTemplate,
  secretOf: (arn: string) => Promise<string>,
): Promise<ResolvedTemplate> => {
  const values = new Map<string, string>();
  for (const [, arn = ''] of JSON.stringify(template.resources).matchAll(SECRET)) {
    if (!values.has(arn)) values.set(arn, await secretOf(arn));
  }
  const resources = template.resources.map(
    (resource): Resource =>
      RUN.has(resource.type) ? { ...resource, properties: fillRecord(resource.properties, values) } : resource,
  );
  return { ...template, resources };
};

const fill = (value: unknown, values: ReadonlyMap<string, string>): unknown => {
  if (typeof value === 'string') return value.replaceAll(SECRET, (_, arn: string) => values.get(arn) ?? '');
  if (Array.isArray(value)) return value.map((item) => fill(item, values));
  return isRecord(value) ? fillRecord(value, values) : value;
};

const fillRecord = (record: Readonly<Record<string, unknown>>, values: ReadonlyMap<string, string>) =>
  Object.fromEntries(Object.entries(record).map(([name, inner]) => [name, fill(inner, values)]));

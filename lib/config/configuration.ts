import type * as z from 'zod';
import { isJsonObject } from '../../lambdas/core/json.ts';
import { checkKeyRegion } from './organization-schema.ts';
import { crossCheck, findLocalUrls } from './rules.ts';
import { type Configuration, ConfigurationSchema } from './schema.ts';

export type {
  BackendConfiguration,
  Configuration,
  ConfigurationInput,
  IdentityProviderConfiguration,
  ServerConfiguration,
} from './schema.ts';

/** The configuration cannot work. The message lists every problem and what to change, so it needs no stack trace. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
    const list = problems.map((problem) => `  - ${problem}`).join('\n');
    super(
      `The configuration has ${count}:\n${list}\n` +
        'Change it in gatehouse.json, in cdk.json under context.gatehouse, or in the file that --config names. ' +
        'Then run the command again.',
    );
    this.problems = problems;
  }
}

/**
 * Checks a configuration and fills in its defaults.
 *
 * @param value the object as it is written in gatehouse.json or cdk.json
 * @throws ConfigurationError names every wrong key, what was expected there, and what it holds
 */
export const parseConfiguration = (value: unknown): Configuration => {
  if (value === undefined || value === null) {
    throw new ConfigurationError([
      'context.gatehouse: expected an object with "servers", "scopes", "identityProviders" and "access", got nothing',
    ]);
  }
  const result = ConfigurationSchema.safeParse(value, { reportInput: true });
  if (!result.success) throw new ConfigurationError(result.error.issues.flatMap(describeIssue));
  const problems = crossCheck(result.data);
  if (problems.length > 0) throw new ConfigurationError(problems);
  return result.data;
};

/**
 * Refuses URLs of this machine, which only the local run can reach, and a key of another region.
 *
 * @param region of the deployment, if it is known
 * @throws ConfigurationError names each of them
 */
export const assertDeployable = (configuration: Configuration, region?: string): void => {
  const problems = [
    ...findLocalUrls(configuration).map(
      ({ key, url }) => `${key}: expected https:// for a deployment, got "${url}", which only the local run can reach`,
    ),
    ...checkKeyRegion(configuration.kmsKeyArn, region),
  ];
  if (problems.length > 0) throw new ConfigurationError(problems);
};

/**
 * Merges one configuration over another (JSON Merge Patch, RFC 7396). Objects are merged, other values are replaced, and
 * `null` removes a key.
 */
export const merge = (base: unknown, overlay: unknown): unknown => {
  if (!isJsonObject(overlay)) return overlay;
  const merged = new Map(Object.entries(isJsonObject(base) ? base : {}));
  for (const [key, value] of Object.entries(overlay)) {
    if (value === null) merged.delete(key);
    else merged.set(key, merge(merged.get(key), value));
  }
  return Object.fromEntries(merged);
};

const describeIssue = (issue: z.core.$ZodIssue): string[] => {
  // A wrong kind is reported for the object that it belongs to.
  const at = issue.code === 'invalid_union' && issue.discriminator ? issue.path.slice(0, -1) : issue.path;
  const path = at.map(String).join('.') || 'context.gatehouse';
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map(
      (key) => `${issue.path.map(String).concat(key).join('.')}: expected no such key. ${keyHint(key)}`,
    );
  }
  // The key of a record is wrong. Its own issues say what a key must look like.
  if (issue.code === 'invalid_key') {
    return [
      `${path}: expected ${issue.issues.map(({ message }) => message).join(', ')}, got ${shown(issue.path.at(-1))}`,
    ];
  }
  return [`${path}: expected ${issue.message}, got ${shown(issue.input)}`];
};

const keyHint = (key: string): string =>
  /secret|password|token/i.test(key)
    ? 'Never put secrets in this file: deploy, then store them with the command that the deployment prints'
    : 'Remove it or correct its name';

const MAX_SHOWN_CHARACTERS = 60;

const shown = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_SHOWN_CHARACTERS ? `${text.slice(0, MAX_SHOWN_CHARACTERS)}…` : text;
};

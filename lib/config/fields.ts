import * as z from 'zod';
import { LANGUAGES } from '../../lambdas/core/language.ts';

// Schemas that the whole configuration is built from. Every error message completes the sentence "expected …". The
// description of a key, its default and `unset` also appear in docs/configuration.md, which `npm run docs` writes.

/** What the reference page says about a key. */
export interface KeyDescription {
  /** Markdown, without a link. */
  readonly description: string;
  /** What applies if the key is left out and has no default. @default 'none' */
  readonly unset?: string;
  /** Path of the page that says more, from the root of the repository. @default no link */
  readonly more?: string;
}

/** Adds to a schema what the reference page says about the key. */
export const documented = <S extends z.ZodType>(schema: S, description: string | KeyDescription): S =>
  schema.meta(typeof description === 'string' ? { description } : { ...description });

/** `"a", "b" or "c"`, for messages that list every accepted value. */
export const anyOf = (values: readonly string[]): string => {
  const quoted = values.map((value) => `"${value}"`);
  return [quoted.slice(0, -1).join(', '), quoted.at(-1)].filter(Boolean).join(' or ');
};

/** Exactly one of the values. */
export const oneOf = <const V extends readonly [string, ...string[]]>(values: V) =>
  z.enum(values, { error: anyOf(values) });

export const yesOrNo = () => z.boolean({ error: 'true or false' });

export const text = (expected: string, accepts: (value: string) => boolean = () => true) =>
  z.string({ error: expected }).refine((value) => value.length > 0 && accepts(value), { error: expected });

export const matching = (expected: string, pattern: RegExp) => text(expected, (value) => pattern.test(value));

/** A text for users: one for every language, or English and optional translations. */
export const localizedText = (expected: string, maxCharacters: number) => {
  const sentence = text(`${expected} (at most ${maxCharacters} characters)`, (value) => value.length <= maxCharacters);
  const [english, ...others] = LANGUAGES;
  return z.union(
    [
      sentence,
      z.strictObject({
        [english]: sentence,
        ...(Object.fromEntries(others.map((language) => [language, sentence.optional()])) as Record<
          (typeof others)[number],
          z.ZodOptional<typeof sentence>
        >),
      }),
    ],
    {
      error: `${expected} (at most ${maxCharacters} characters), or an object of them by language: "en" and any of ${others.map((language) => `"${language}"`).join(', ')}`,
    },
  );
};

/** A name that users see. */
export const shortName = () => text('a name of at most 60 characters', (value) => value.length <= 60);

export const list = <S extends z.ZodType>(expected: string, item: S) => z.array(item, { error: expected });

export const keyed = <K extends z.ZodType<string, string>, V extends z.ZodType>(expected: string, key: K, value: V) =>
  z.record(key, value, { error: expected });

export const number = (expected: string, accepts: (value: number) => boolean) =>
  z.number({ error: expected }).refine(accepts, { error: expected });

export const seconds = (minimum: number, maximum: number) =>
  number(
    `a whole number of seconds from ${minimum} to ${maximum}`,
    (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
  );

export const wholeNumber = (minimum: number, maximum: number) =>
  number(
    `a whole number from ${minimum} to ${maximum}`,
    (value) => Number.isInteger(value) && value >= minimum && value <= maximum,
  );

export const days = (maximum: number) =>
  number(`a number of days above 0 and up to ${maximum}`, (value) => value > 0 && value <= maximum);

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** An https URL without query, fragment or user. http is accepted on loopback hosts only, for the local run. */
export const isServiceUrl = (value: string): boolean => {
  if (!URL.canParse(value) || /[?#{}\s]/.test(value)) return false;
  const url = new URL(value);
  // A host with `*` is a pattern, which no name resolves.
  if (url.username || url.password || url.hostname.includes('*')) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname));
};

export const serviceUrl = text(
  'an absolute https:// URL without query, fragment or user (http:// only for localhost)',
  isServiceUrl,
);

/** A scope token (RFC 6749 §3.3), limited to characters that need no escaping in a challenge or on a page. */
export const scopeName = matching(
  'a scope name of letters, digits and . _ : / - (at most 64 characters)',
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/,
);

import * as z from 'zod';

// Every message below completes the sentence "expected …".

export const text = (expected: string, accepts: (value: string) => boolean = () => true) =>
  z.string({ error: expected }).refine((value) => value.length > 0 && accepts(value), { error: expected });

export const matching = (expected: string, pattern: RegExp) => text(expected, (value) => pattern.test(value));

/** Languages of the pages: those for which lambdas/runtime/pages/locales has words. */
const PAGE_LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

/** Words for people: the same for everybody, or English and any of the other languages of the pages. */
export const localizedText = (expected: string, maxCharacters: number) => {
  const sentence = text(`${expected} (at most ${maxCharacters} characters)`, (value) => value.length <= maxCharacters);
  const [english, ...others] = PAGE_LANGUAGES;
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

export const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A plain https URL; http only on this machine, which is what the local run needs. */
export const isServiceUrl = (value: string): boolean => {
  if (!URL.canParse(value) || /[?#{}\s]/.test(value)) return false;
  const url = new URL(value);
  if (url.username || url.password) return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK_HOSTS.has(url.hostname));
};

export const serviceUrl = text(
  'an absolute https:// URL without query, fragment or user (http:// only for localhost)',
  isServiceUrl,
);

/** Scope token of RFC 6749 §3.3, narrowed to what needs no escaping in a challenge or on a page. */
export const scopeName = matching(
  'a scope name of letters, digits and . _ : / - (at most 64 characters)',
  /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,63}$/,
);

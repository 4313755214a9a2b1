import * as z from 'zod/mini';
import type { Immutable } from './immutable.ts';

/** The languages of the pages. The first one is used if a browser asks for none of them. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

export type Language = (typeof LANGUAGES)[number];

/**
 * The first language of a `ui_locales` parameter that the pages have (OpenID Connect Core §3.1.2.1, RFC 4647 §3.4).
 *
 * @returns undefined if the pages have none of them; then the browser's wishes count
 */
export const parseUiLocales = (uiLocales: string | null): Language | undefined => {
  const primary = (uiLocales ?? '').split(' ').map((tag) => tag.split('-')[0]?.toLowerCase());
  return primary.flatMap((wanted) => LANGUAGES.filter((language) => language === wanted))[0];
};

/** A text of the configuration: one text for all languages, or English with optional translations. */
export const LocalizedText = z.union([
  z.string(),
  z.object({ en: z.string(), de: z.optional(z.string()), fr: z.optional(z.string()), es: z.optional(z.string()) }),
]);
export type LocalizedText = Immutable<z.infer<typeof LocalizedText>>;

/** Returns the text in this language, or in English if there is no translation. */
export const textIn = (text: LocalizedText, language: Language): string =>
  typeof text === 'string' ? text : (text[language] ?? text.en);

import * as z from 'zod/mini';
import type { Immutable } from './immutable.ts';

/** The languages of the pages. The first one is used if a browser asks for none of them. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

export type Language = (typeof LANGUAGES)[number];

/** A text of the configuration: one text for all languages, or English with optional translations. */
export const LocalizedText = z.union([
  z.string(),
  z.object({ en: z.string(), de: z.optional(z.string()), fr: z.optional(z.string()), es: z.optional(z.string()) }),
]);
export type LocalizedText = Immutable<z.infer<typeof LocalizedText>>;

/** Returns the text in this language, or in English if there is no translation. */
export const textIn = (text: LocalizedText, language: Language): string =>
  typeof text === 'string' ? text : (text[language] ?? text.en);

/** The languages that people are spoken to in; the first one where a browser asks for none of them. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

export type Language = (typeof LANGUAGES)[number];

/** Words of the configuration: the same in every language, or English and whichever others somebody wrote. */
export type LocalizedText = string | ({ readonly en: string } & { readonly [L in Language]?: string | undefined });

/** The text in this language, or else in English. */
export const textIn = (text: LocalizedText, language: Language): string =>
  typeof text === 'string' ? text : (text[language] ?? text.en);

/** The languages of the pages. The first one is used if a browser asks for none of them. */
export const LANGUAGES = ['en', 'de', 'fr', 'es'] as const;

export type Language = (typeof LANGUAGES)[number];

/** A text of the configuration: one text for every language, or English and optional translations. */
export type LocalizedText = string | ({ readonly en: string } & { readonly [L in Language]?: string | undefined });

/** The text in this language, or in English if it is not translated. */
export const textIn = (text: LocalizedText, language: Language): string =>
  typeof text === 'string' ? text : (text[language] ?? text.en);

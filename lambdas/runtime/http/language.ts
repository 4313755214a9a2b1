import Negotiator from 'negotiator';
import { LANGUAGES, type Language, parseUiLocales } from '../../core/language.ts';
import type { HttpRequest } from './messages.ts';

/**
 * The language of the pages: the one that the client asked for (`ui_locales`), or else the one that the browser prefers
 * (RFC 9110 §12.5.4, RFC 4647 §3.4), or else English.
 */
export const languageOf = ({ headers, language: askedByClient, query }: HttpRequest): Language => {
  const asked = askedByClient ?? parseUiLocales(query.get('ui_locales'));
  if (asked !== undefined) return asked;
  const wishes = headers.get('accept-language')?.join(', ') ?? '*';
  const best = new Negotiator({ headers: { 'accept-language': wishes } }).language(LANGUAGES);
  return LANGUAGES.find((language) => language === best) ?? LANGUAGES[0];
};

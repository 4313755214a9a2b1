import Negotiator from 'negotiator';
import { LANGUAGES, type Language } from '../../core/language.ts';
import type { HttpRequest } from './messages.ts';

/** The language of the pages that the browser prefers (RFC 9110 §12.5.4, RFC 4647 §3.4), or English. */
export const languageOf = ({ headers }: HttpRequest): Language => {
  const wishes = headers.get('accept-language')?.join(', ') ?? '*';
  const best = new Negotiator({ headers: { 'accept-language': wishes } }).language(LANGUAGES);
  return LANGUAGES.find((language) => language === best) ?? LANGUAGES[0];
};

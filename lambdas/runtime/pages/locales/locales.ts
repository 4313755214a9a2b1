import type { Language } from '../../../core/language.ts';
import { languageOf } from '../../http/language.ts';
import type { HttpRequest } from '../../http/messages.ts';
import { de } from './de.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { Messages } from './messages.ts';

export const LOCALES: Readonly<Record<Language, Messages>> = { en, de, fr, es };

/** The messages in the language that the request asks for (RFC 9110 §12.5.4). */
export const messagesFor = (request: HttpRequest): Messages => LOCALES[languageOf(request)];

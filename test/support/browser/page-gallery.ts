import { CONNECTIONS_PAGES } from '../gallery/connections.ts';
import { CONSENT_PAGES } from '../gallery/consent.ts';
import { MESSAGE_PAGES } from '../gallery/messages.ts';
import type { PageState } from '../gallery/parts.ts';
import { WELCOME_PAGES } from '../gallery/welcome.ts';

export type { PageState } from '../gallery/parts.ts';

/** Every page that a person can come to, answered by the real flows; for looking at, and for measuring. */
export const PAGES: readonly PageState[] = [...WELCOME_PAGES, ...CONSENT_PAGES, ...CONNECTIONS_PAGES, ...MESSAGE_PAGES];

import { CONNECTIONS_PAGES } from '../gallery/connections.ts';
import { CONSENT_PAGES } from '../gallery/consent.ts';
import { MESSAGE_PAGES } from '../gallery/messages.ts';
import type { PageState } from '../gallery/parts.ts';
import { WELCOME_PAGES } from '../gallery/welcome.ts';

export type { PageState } from '../gallery/parts.ts';

/** Every page that a user can see, as the real handlers answer it, for screenshots and for tests. */
export const PAGES: readonly PageState[] = [...WELCOME_PAGES, ...CONSENT_PAGES, ...CONNECTIONS_PAGES, ...MESSAGE_PAGES];

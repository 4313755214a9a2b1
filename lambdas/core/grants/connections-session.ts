/** The page on which users see and end their connections. */
export const CONNECTIONS_PATH = '/connections';

/** Long enough to read and decide. A session is not stored, so it cannot be revoked. */
export const SESSION_SECONDS = 600;

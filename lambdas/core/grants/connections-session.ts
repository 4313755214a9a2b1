/** The page of one's own connections. */
export const CONNECTIONS_PATH = '/connections';

/** Long enough to read and decide; a session cannot be taken back, for nothing is stored of it. */
export const SESSION_SECONDS = 600;

import type { EventFields, EventName } from '../../core/events.ts';

// The narrow interfaces between the handlers and the outside. A method that changes state names its guarantee.
// Every method throws UnavailableError when the service behind it fails. Expected races are return values.

/** Current time in epoch seconds. */
export type Clock = () => number;

/** Writes one event of the closed list with its fields. Never throws. */
export type Log = <Name extends EventName>(event: Name, fields: EventFields[Name]) => void;

export type * from './aws.ts';
export type * from './clients.ts';
export type * from './consents.ts';
export type * from './grants.ts';
export type * from './guarded-fetch.ts';
export type * from './key-ring.ts';
export type * from './sealing.ts';
export type * from './upstream.ts';

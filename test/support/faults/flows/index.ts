import type { FlowUnderFaults } from '../flow.ts';
import { ADMINISTRATION } from './administration.ts';
import { LOGINS } from './logins.ts';
import { PEOPLE } from './people.ts';
import { REGISTRATIONS } from './registrations.ts';
import { RESOURCES } from './resources.ts';
import { TOKENS } from './tokens.ts';

/**
 * Every flow that the walk of faults goes over. A new one: what it needs, what is sent under the fault, what must hold
 * when the fault is gone.
 */
export const FLOWS: readonly FlowUnderFaults[] = [
  ...REGISTRATIONS,
  ...LOGINS,
  ...TOKENS,
  ...RESOURCES,
  ...PEOPLE,
  ...ADMINISTRATION,
];

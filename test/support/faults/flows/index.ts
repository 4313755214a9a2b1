import type { FlowUnderFaults } from '../flow.ts';
import { ADMINISTRATION } from './administration.ts';
import { LOGINS } from './logins.ts';
import { PRIVACY } from './privacy.ts';
import { REGISTRATIONS } from './registrations.ts';
import { RESOURCES } from './resources.ts';
import { TOKENS } from './tokens.ts';

/**
 * Every flow of the walk of faults. A flow has three parts: what it needs, what it sends under the fault, and what must
 * hold afterwards.
 */
export const FLOWS: readonly FlowUnderFaults[] = [
  ...REGISTRATIONS,
  ...LOGINS,
  ...TOKENS,
  ...RESOURCES,
  ...PRIVACY,
  ...ADMINISTRATION,
];

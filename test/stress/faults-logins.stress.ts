import { LOGINS } from '../support/faults/flows/logins.ts';
import { REGISTRATIONS } from '../support/faults/flows/registrations.ts';
import { everyFaultOver, layFaultStress } from './fault-stress.ts';

describe('Every kind of fault at every call (catalogue §5)', () =>
  everyFaultOver(layFaultStress(), [...REGISTRATIONS, ...LOGINS]));

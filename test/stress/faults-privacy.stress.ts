import { ADMINISTRATION } from '../support/faults/flows/administration.ts';
import { PRIVACY } from '../support/faults/flows/privacy.ts';
import { RESOURCES } from '../support/faults/flows/resources.ts';
import { everyFaultOver, layFaultStress } from './fault-stress.ts';

describe('Every kind of fault at every call (catalogue §5)', () =>
  everyFaultOver(layFaultStress(), [...RESOURCES, ...PRIVACY, ...ADMINISTRATION]));

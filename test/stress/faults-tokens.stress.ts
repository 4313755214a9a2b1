import { TOKENS } from '../support/faults/flows/tokens.ts';
import { everyFaultOver, layFaultStress } from './fault-stress.ts';

describe('Every kind of fault at every call (catalogue §5)', () => everyFaultOver(layFaultStress(), TOKENS));

import { TOKENS } from '../support/faults/flows/tokens.ts';
import { everyFaultOver, layFaultSiege } from './fault-siege.ts';

describe('Every kind of fault at every call (catalogue §5)', () => everyFaultOver(layFaultSiege(), TOKENS));

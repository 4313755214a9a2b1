import { REMEMBERED_CONSENTS } from '../support/faults/flows/remembered.ts';
import { everyFaultOver, layFaultStress } from './fault-stress.ts';

describe('Every kind of fault where consents are remembered (catalogue §5)', () =>
  everyFaultOver(layFaultStress({ rememberConsent: true }), REMEMBERED_CONSENTS));

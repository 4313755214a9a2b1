import { REMEMBERED_CONSENTS } from '../support/faults/flows/remembered.ts';
import { everyFaultOver, layFaultSiege } from './fault-siege.ts';

describe('Every kind of fault where consents are remembered (catalogue §5)', () =>
  everyFaultOver(layFaultSiege({ rememberConsent: true }), REMEMBERED_CONSENTS));

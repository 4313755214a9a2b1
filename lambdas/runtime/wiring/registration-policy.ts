import { OPEN_REGISTRATION, type RegistrationPolicy } from '../../core/clients/registration-policy.ts';
import { registration } from '../../core/settings.ts';
import { readOptional } from '../settings.ts';

/** Who may register: every client, unless the configuration says otherwise. */
export const registrationPolicy = (): RegistrationPolicy => readOptional(registration) ?? OPEN_REGISTRATION;

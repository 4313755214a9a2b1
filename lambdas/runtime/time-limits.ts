import { timeLimitFactor } from '../core/settings.ts';
import { readOptional } from './settings.ts';

const factor = readOptional(timeLimitFactor) ?? 1;

/**
 * Every wait for a service goes through this function.
 *
 * @param milliseconds the limit in AWS
 * @returns the limit of this process, in milliseconds
 */
export const timeLimitMs = (milliseconds: number): number => milliseconds * factor;

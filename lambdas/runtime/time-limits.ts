/**
 * Names the environment variable that holds a factor for every limit of time. The stack never sets it, so limits are
 * as written in AWS. The local run sets it, because a busy laptop is slower than AWS.
 */
export const TIME_LIMIT_FACTOR_VARIABLE = 'GATEHOUSE_TIME_LIMIT_FACTOR';

const factor = Number(process.env[TIME_LIMIT_FACTOR_VARIABLE] ?? 1);

/**
 * Every wait for a service goes through this function.
 *
 * @param milliseconds the limit in AWS
 * @returns the limit of this process, in milliseconds
 */
export const timeLimitMs = (milliseconds: number): number => milliseconds * factor;

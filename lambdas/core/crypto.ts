import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** 256 random bits, base64url (43 characters). */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** 128 random bits, base64url (22 characters): for identifiers that are not secrets. */
export const newId = (): string => randomBytes(16).toString('base64url');

/** SHA-256 of a text's UTF-8 bytes, base64url. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Compares two texts in a time that does not depend on where they differ. */
export const constantTimeEqual = (a: string, b: string): boolean => {
  const [bytesA, bytesB] = [createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest()];
  return timingSafeEqual(bytesA, bytesB);
};

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

/** Returns 256 random bits as base64url (43 characters). */
export const newSecret = (): string => randomBytes(32).toString('base64url');

/** Returns 128 random bits as base64url (22 characters), for identifiers that are not secrets. */
export const newId = (): string => randomBytes(16).toString('base64url');

/** Returns the SHA-256 of the text's UTF-8 bytes as base64url. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

/** Compares two texts in a time that does not depend on their contents. */
export const constantTimeEqual = (a: string, b: string): boolean => {
  const [bytesA, bytesB] = [createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest()];
  return timingSafeEqual(bytesA, bytesB);
};

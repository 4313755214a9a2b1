/** The longest name that a page shows. */
const MAX_DISPLAY_LENGTH = 64;

/** Invisible characters that Unicode classifies as letters or symbols: Hangul fillers, Khmer inherent vowels, Braille blank. */
const INVISIBLE_LETTERS = /[\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/g;

/**
 * Makes a name from outside harmless and legible (#136). The result is one line of bounded length, without control,
 * bidirectional, zero-width or unassigned characters and without stacked accents.
 *
 * @returns undefined if nothing visible is left
 */
export const displayName = (name: string | undefined): string | undefined => {
  const visible = (name ?? '')
    .normalize('NFC')
    .replace(/[\p{Z}\t\n\r]+/gu, ' ')
    .replace(/\p{C}/gu, '')
    .replace(INVISIBLE_LETTERS, '')
    .replace(/(\p{M}{2})\p{M}+/gu, '$1')
    .replace(/ {2,}/g, ' ')
    .trim();
  const characters = [...visible];
  if (characters.length === 0) return undefined;
  return characters.length <= MAX_DISPLAY_LENGTH ? visible : `${characters.slice(0, MAX_DISPLAY_LENGTH - 1).join('')}…`;
};

/** Alphabets with letters that look alike. */
const LOOK_ALIKE_ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Whether one word of a name mixes alphabets that look alike, as no honest word does (Unicode TR 39 §5; #136). */
export const mixesAlphabets = (name: string): boolean =>
  name
    .split(/[^\p{L}\p{M}]+/u)
    .some((word) => LOOK_ALIKE_ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1);

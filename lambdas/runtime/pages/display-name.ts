/** Characters of a name that a person is shown. */
const MAX_DISPLAY_LENGTH = 64;

/** Letters by their category, nothing by their looks: Hangul fillers, the Braille blank, the Khmer inherent vowels. */
const INVISIBLE_LETTERS = /[\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/g;

/**
 * A name from outside, made harmless and legible (catalogue #136): no control, bidirectional, zero-width or unassigned
 * characters, no stacks of accents, one line, of bounded length. Undefined when nothing is left.
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

/** Alphabets with letters that the eye takes for each other. */
const LOOK_ALIKE_ALPHABETS = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Cherokee}/u,
];

/** Whether one word of a name is written in several of them, as no honest word is (Unicode TR 39 §5; catalogue #136). */
export const mixesAlphabets = (name: string): boolean =>
  name
    .split(/[^\p{L}\p{M}]+/u)
    .some((word) => LOOK_ALIKE_ALPHABETS.filter((alphabet) => alphabet.test(word)).length > 1);

import { randomInt } from 'node:crypto';

const CLASSES = {
  ExcludeLowercase: 'abcdefghijklmnopqrstuvwxyz',
  ExcludeUppercase: 'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
  ExcludeNumbers: '0123456789',
  ExcludePunctuation: '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
} as const;

const DEFAULT_PASSWORD_LENGTH = 32;

/**
 * Generates a value as CloudFormation's `GenerateSecretString` does (`AWS::SecretsManager::Secret`).
 * @throws Error naming the resource when the exclusions leave no characters
 */
export const generateSecretString = (specification: unknown, logicalId: string): string => {
  const given = specification as Record<string, unknown>;
  const excluded = String(given.ExcludeCharacters ?? '');
  const classes = Object.entries(CLASSES)
    .filter(([exclusion]) => given[exclusion] !== true)
    .map(([, characters]) => [...characters].filter((character) => !excluded.includes(character)).join(''))
    .concat(given.IncludeSpace === true ? [' '] : [])
    .filter((characters) => characters.length > 0);
  const alphabet = classes.join('');
  const length = Number(given.PasswordLength ?? DEFAULT_PASSWORD_LENGTH);
  const required = given.RequireEachIncludedType === false ? [] : classes;
  if (alphabet.length === 0 || length < required.length) {
    throw new Error(
      `${logicalId}: GenerateSecretString leaves no possible value: exclude fewer characters or increase the length`,
    );
  }
  const characters = Array.from({ length }, (_, index) => pick(required[index] ?? alphabet));
  const password = shuffle(characters).join('');
  const key = given.GenerateStringKey;
  if (typeof key !== 'string') return password;
  return JSON.stringify({ ...JSON.parse(String(given.SecretStringTemplate ?? '{}')), [key]: password });
};

const pick = (characters: string): string => characters.charAt(randomInt(characters.length));

/** Fisher-Yates, so that the required classes do not always come first. */
const shuffle = (characters: string[]): string[] => {
  for (let last = characters.length - 1; last > 0; last--) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters;
};

import { isText, repositoryFiles, textOf } from './repository.ts';

// They hide who does something: write "the client", "the user", "the operator" or "the request" instead.
const VAGUE_WORDS = /\b(?:whoever|nobody|somebody|anybody|whatever)\b/gi;
const MAX_OCCURRENCES = 10;

const NOT_OURS = ['package-lock.json', 'LICENSE', 'test/project/words.test.ts'];

const occurrences = repositoryFiles()
  .filter((path) => !NOT_OURS.includes(path) && isText(path))
  .flatMap((path) => [...textOf(path).matchAll(VAGUE_WORDS)].map(([word]) => `${path}: ${word}`));

const isInTests = (occurrence: string): boolean => occurrence.startsWith('test/');

describe.each([
  ['code and documents', occurrences.filter((each) => !isInTests(each))],
  ['tests', occurrences.filter(isInTests)],
])('Vague words in %s', (_, found) => {
  it(`occur at most ${MAX_OCCURRENCES} times`, () => {
    expect(found.length > MAX_OCCURRENCES ? found : []).toEqual([]);
  });
});

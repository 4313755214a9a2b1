import { isText, repositoryFiles, textOf } from './repository.ts';

const texts = repositoryFiles().filter((path) => path !== 'package-lock.json' && isText(path));

describe('The texts of the repository', () => {
  it('name no path of one machine', () => {
    const lines = texts.flatMap((path) =>
      textOf(path)
        .split('\n')
        .filter((line) => /(?<![\w.>-])\/(?:work|home|Users|tmp\/brief)\b\//.test(line))
        .map((line) => `${path}: ${line.trim()}`),
    );
    expect(lines).toEqual([]);
  });
});

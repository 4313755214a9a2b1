import { dirname } from 'node:path';
import { isText, repositoryFiles, textOf } from './repository.ts';

const MAX_LINES = 250;
const MAX_FILES_IN_FOLDER = 20;

/** Texts of the pages are long tables, and npm writes its lock file. */
const MAY_BE_LONG = /\/locales\/|package-lock\.json$|^LICENSE$/;

describe('The repository', () => {
  it(`has no file of more than ${MAX_LINES} lines`, () => {
    const tooLong = repositoryFiles()
      .filter((path) => !MAY_BE_LONG.test(path) && isText(path))
      .map((path) => ({ path, lines: textOf(path).trimEnd().split('\n').length }))
      .filter(({ lines }) => lines > MAX_LINES);
    expect(tooLong.map(({ path, lines }) => `${path}: ${lines}`)).toEqual([]);
  });

  it(`has no folder of more than ${MAX_FILES_IN_FOLDER} files`, () => {
    const folders = Map.groupBy(repositoryFiles(), dirname);
    const tooFull = [...folders].filter(([, files]) => files.length > MAX_FILES_IN_FOLDER);
    expect(tooFull.map(([folder, files]) => `${folder}: ${files.length}`)).toEqual([]);
  });
});

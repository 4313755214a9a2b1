import { pathToFileURL } from 'node:url';
import { jestExpect } from '@jest/expect';
import { createEmptyTestResult } from '@jest/test-result';
import * as circus from 'jest-circus';
import { formatExecError, formatResultsErrors } from 'jest-message-util';

// One process for many test files. Node itself loads them, with the modules they import, so that a package is loaded
// once for all of them and nothing is transformed. jest's own runner loads everything anew for each file, which takes
// most of the time of a run.

const { afterAll, afterEach, beforeAll, beforeEach, describe, it, test } = circus;
Object.assign(globalThis, { afterAll, afterEach, beforeAll, beforeEach, describe, it, test, expect: jestExpect });

const STATUS = { skip: 'pending', todo: 'todo' };

const toAssertionResult = ({ testPath, status, errors, errorsDetailed, duration, invocations, startedAt }) => {
  const [title, ...ancestors] = testPath.slice(1).reverse();
  const ancestorTitles = ancestors.reverse();
  return {
    ancestorTitles,
    duration,
    failureDetails: errorsDetailed,
    failureMessages: [...errors],
    fullName: [...ancestorTitles, title].join(' '),
    invocations,
    location: null,
    numPassingAsserts: 0,
    retryReasons: [],
    startAt: startedAt,
    status: STATUS[status] ?? (errors.length > 0 ? 'failed' : 'passed'),
    title,
  };
};

/** A limit of time that a test or hook names may only be longer than that of the run. */
const lengthenLimits = ({ children, hooks }, testTimeout) => {
  for (const child of children) if (child.type === 'describeBlock') lengthenLimits(child, testTimeout);
  for (const limited of [...children, ...hooks]) {
    if (limited.timeout !== undefined) limited.timeout = Math.max(limited.timeout, testTimeout);
  }
};

/** Errors that no test caught, of the file that runs now. */
let strayErrors = [];
for (const event of ['uncaughtException', 'unhandledRejection']) process.on(event, (error) => strayErrors.push(error));

/**
 * Runs one test file.
 *
 * @param file its path, the project that it belongs to, and what the command line says of the run
 * @returns jest's `TestResult`
 */
export const runFile = async ({ path, rootDir, displayName, testNamePattern, testTimeout }) => {
  const config = { rootDir, testMatch: [] };
  const start = Date.now();
  const cpu = process.cpuUsage();
  strayErrors = [];
  circus.resetState();
  circus.setState({
    ...circus.getState(),
    testTimeout,
    testNamePattern: testNamePattern ? new RegExp(testNamePattern, 'i') : null,
  });
  await import(pathToFileURL(path).href);
  lengthenLimits(circus.getState().rootDescribeBlock, testTimeout);
  const { testResults, unhandledErrorsDetailed } = await circus.run();
  const errors = [...unhandledErrorsDetailed, ...strayErrors];
  const results = testResults.map(toAssertionResult);
  const count = (status) => results.filter((result) => result.status === status).length;
  const failed = formatResultsErrors(results, config, { noStackTrace: false }, path) ?? '';
  const stray = errors.map((error) => formatExecError(error, config, { noStackTrace: false }, path)).join('\n');
  const end = Date.now();
  const { user, system } = process.cpuUsage(cpu);
  const empty = createEmptyTestResult();
  return {
    ...empty,
    cpuMs: (user + system) / 1000,
    displayName,
    failureMessage: `${failed}${stray}` || null,
    numFailingTests: count('failed'),
    numPassingTests: count('passed'),
    numPendingTests: count('pending'),
    numTodoTests: count('todo'),
    perfStats: { ...empty.perfStats, start, end, runtime: end - start, slow: end - start > 5000 },
    skipped: false,
    testExecError: errors.length > 0 ? { message: '', stack: String(errors[0]?.stack ?? errors[0]) } : undefined,
    testFilePath: path,
    testResults: results,
  };
};

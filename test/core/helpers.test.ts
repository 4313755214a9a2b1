import { describeError } from '../../lambdas/core/describe-error.ts';
import { isJsonObject } from '../../lambdas/core/json.ts';
import { retry } from '../../lambdas/core/retry.ts';
import { withoutUndefined } from '../../lambdas/core/without-undefined.ts';

describe('describeError', () => {
  it('joins names and messages along the chain of causes', () => {
    const error = new RangeError('outer', { cause: new TypeError('inner') });
    expect(describeError(error)).toBe('RangeError: outer <- TypeError: inner');
  });

  it('leaves out the message of a SyntaxError, which may quote a secret', () => {
    expect(describeError(new Error('outer', { cause: new SyntaxError('unexpected "secret"') }))).toBe(
      'Error: outer <- SyntaxError',
    );
  });

  it('describes values that are not errors without showing them', () => {
    expect(describeError('secret')).toBe('a value that is not an Error was thrown');
  });
});

describe('retry', () => {
  const failing = (failures: number) => {
    const run = { calls: 0 };
    const operation = async () => {
      run.calls += 1;
      if (run.calls <= failures) throw new Error(`attempt ${run.calls}`);
      return 'done';
    };
    return { run, operation };
  };

  it('returns the result of the first attempt that succeeds', async () => {
    const { run, operation } = failing(2);
    expect(await retry(operation)).toBe('done');
    expect(run.calls).toBe(3);
  });

  it('throws the error of the last attempt', async () => {
    const { run, operation } = failing(9);
    await expect(retry(operation, { attempts: 2 })).rejects.toThrow('attempt 2');
    expect(run.calls).toBe(2);
  });

  it('stops at an error that is not retryable', async () => {
    const { run, operation } = failing(9);
    await expect(retry(operation, { isRetryable: () => false })).rejects.toThrow('attempt 1');
    expect(run.calls).toBe(1);
  });

  it('waits between attempts, and neither before the first nor after the last', async () => {
    const waits: number[] = [];
    const wait = async (failures: number) => waits.push(failures);
    await expect(retry(failing(9).operation, { attempts: 3, wait })).rejects.toThrow('attempt 3');
    expect(waits).toEqual([1, 2]);
  });
});

describe('withoutUndefined', () => {
  it('leaves out undefined members and keeps all others, null and empty text included', () => {
    const members = withoutUndefined({ a: undefined, b: null, c: '', d: 0, e: 'text' as string | undefined });
    expect(Object.entries(members)).toEqual([
      ['b', null],
      ['c', ''],
      ['d', 0],
      ['e', 'text'],
    ]);
  });
});

describe('isJsonObject', () => {
  it.each([
    [{}, true],
    [{ a: 1 }, true],
    [[], false],
    [null, false],
    ['text', false],
    [undefined, false],
  ])('%j: %s', (value, expected) => expect(isJsonObject(value)).toBe(expected));
});

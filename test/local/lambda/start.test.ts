import { startServices } from '../../../tools/local/cloud/services/index.ts';
import { functionArn, lambda, resultOf, SHOW_ENVIRONMENT, templateOf, temporaryFolder } from '../services-fixture.ts';

import { happened, runFunctions } from './run-functions.ts';

const { lines, logs } = runFunctions();

describe('the local cloud', () => {
  it('stops at once, with functions running', async () => {
    const assembly = temporaryFolder();
    const hanging = await startServices(
      templateOf(
        assembly,
        lambda(assembly, 'Busy', `export const handler = async () => { console.log('busy'); for (;;); };`, {
          properties: { Timeout: 900 },
        }),
      ),
      { onLog: (log) => void logs.push(log) },
    );
    const busy = hanging.functions.invoke(functionArn('Busy'), {});
    await happened(() => lines().includes('busy'));
    await hanging.close();
    expect(await busy).toMatchObject({ ok: false, errorMessage: 'the local cloud is stopping' });
    expect(await hanging.functions.invoke(functionArn('Busy'), {})).toMatchObject({ ok: false });
  });

  it('can start every function in advance, including those that cannot start', async () => {
    const assembly = temporaryFolder();
    const started: string[] = [];
    const source = `console.log('cold start'); export const handler = async () => console.log('served');`;
    const template = templateOf(
      assembly,
      lambda(assembly, 'Broken', `throw new Error('no configuration');`),
      lambda(assembly, 'Warm', source),
    );
    const warmed = await startServices(template, { onLog: ({ text }) => void started.push(text) });
    await warmed.functions.prewarm();
    expect(started.sort()).toEqual(['Error: no configuration', 'cold start']);
    await resultOf(warmed, 'Warm');
    await warmed.close();
    expect(started).toEqual(['Error: no configuration', 'cold start', 'served']);
  });

  it.each([
    [{ Runtime: 'python3.14' }, 'Fn: the local cloud runs nodejs only'],
    [{ Handler: 'main.handler' }, 'Fn: its handler main.handler is not in'],
    [
      { Environment: { Variables: { AWS_REGION: 'eu-west-1' } } },
      'Fn: Lambda reserves the environment variable AWS_REGION',
    ],
    [{ Role: 'arn:aws:iam::000000000000:role/Missing' }, 'Fn: its role arn:aws:iam::000000000000:role/Missing is not'],
  ])('refuses to start a function with %j', async (properties, message) => {
    const assembly = temporaryFolder();
    const template = templateOf(assembly, lambda(assembly, 'Fn', SHOW_ENVIRONMENT, { properties }));
    await expect(startServices(template)).rejects.toThrow(message);
  });
});

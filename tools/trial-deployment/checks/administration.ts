import { setTimeout as delay } from 'node:timers/promises';
import type { CloudAddress } from '../../../test/support/cloud/cloud-run.ts';
import { postForm } from '../../../test/support/http/oauth-requests.ts';
import type { Deployment } from '../deployment.ts';
import { expectSame, type Report } from '../report.ts';
import { KeptSession } from './kept-session.ts';
import type { UserOf } from './use.ts';

/** Functions keep a copy of the key ring for a minute. */
const TAKES_EFFECT_WITHIN_MS = 90_000;
const CHECK_MS = 2000;

const eventually = async (check: () => Promise<void>): Promise<void> => {
  for (const deadline = Date.now() + TAKES_EFFECT_WITHIN_MS; ; await delay(CHECK_MS)) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
};

const statesOf = (answer: { keys: readonly { state: string }[] }): string[] => answer.keys.map(({ state }) => state);

/** Runs each command that the stack prints for a running deployment. */
export const administer = async (
  report: Report,
  deployment: Deployment,
  cloud: CloudAddress,
  { kept, userOf }: { readonly kept: KeptSession; readonly userOf: UserOf },
): Promise<void> => {
  await report.step('ClientSecretCommandReports shows the secret that the token endpoint accepts', async () => {
    const secret = (await deployment.printedCommand('ClientSecretCommandReports')).trim();
    const form = { grant_type: 'authorization_code', code: 'unknown', code_verifier: 'v'.repeat(43) };
    const errorWith = async (password: string) => {
      // RFC 6749 §2.3.1: both are form-encoded first.
      const credentials = Buffer.from(`reports:${encodeURIComponent(password)}`).toString('base64');
      return (await postForm(`${cloud.origin}/token`, form, { authorization: `Basic ${credentials}` })).body.error;
    };
    expectSame('errors', [await errorWith('wrong'), await errorWith(secret)], ['invalid_client', 'invalid_grant']);
  });
  await report.step('ExportUserDataCommand shows the connection of a user', async () => {
    const { connections } = await deployment.printedInvocation('ExportUserDataCommand', { SUB: kept.subject });
    expectSame('connections', connections.length, 1);
  });
  await report.step('EraseUserDataCommand ends the connections of a user', async () => {
    const erased = await KeptSession.begin(cloud, userOf('eve'));
    const { grants } = await deployment.printedInvocation('EraseUserDataCommand', { SUB: erased.subject });
    expectSame('erased connections, and a refresh', [grants, (await erased.refresh()).status], [1, 400]);
  });
  await report.step('RotateKeyCommand publishes the next key, and sessions stay', async () => {
    const answer = await deployment.printedInvocation('RotateKeyCommand');
    expectSame('keys', statesOf(answer), ['active', 'next']);
    await kept.expectGood();
  });
  await report.step('LogOutCommand ends every session', async () => {
    const { notBefore } = await deployment.printedInvocation('LogOutCommand');
    expectSame('type of the mark', typeof notBefore.all, 'number');
    await eventually(async () => expectSame('refresh', (await kept.refresh()).status, 400));
    await eventually(async () => expectSame('call', await kept.callStatus(), 401));
  });
  await report.step('EmergencyRotateKeyCommand makes a new key at once', async () => {
    const answer = await deployment.printedInvocation('EmergencyRotateKeyCommand');
    expectSame('keys', statesOf(answer), ['active']);
    const [{ kid }] = answer.keys;
    await eventually(async () => {
      const { keys } = (await (await fetch(`${cloud.origin}/.well-known/jwks.json`)).json()) as {
        keys: { kid: string }[];
      };
      expectSame(
        'published keys',
        keys.map((key) => key.kid),
        [kid],
      );
    });
  });
  await report.step('A new login works after the emergency', async () => {
    await eventually(async () => (await KeptSession.begin(cloud, userOf('kim'))).expectGood());
  });
};

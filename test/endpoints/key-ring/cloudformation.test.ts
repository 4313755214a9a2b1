import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { fn } from 'jest-mock';
import { answerCloudFormation } from '../../../lambdas/key-ring/cloudformation.ts';
import { customResource } from '../../support/memory/key-ring-harness.ts';

describe('Answer to CloudFormation', () => {
  const sent = (...answers: readonly (Response | Error)[]) => {
    const left = [...answers];
    return fn<typeof fetch>(async () => {
      const answer = left.shift();
      if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no more answers');
      return answer;
    });
  };
  const bodyOf = (send: ReturnType<typeof sent>) => JSON.parse(String(send.mock.calls.at(-1)?.[1]?.body));

  it('puts SUCCESS to the presigned URL, with an empty content type', async () => {
    const send = sent(new Response());
    await answerCloudFormation(send)(customResource('Create'), undefined);
    expect(send).toHaveBeenCalledWith(
      customResource('Create').ResponseURL,
      expect.objectContaining({ method: 'PUT', headers: { 'content-type': '' } }),
    );
    expect(bodyOf(send)).toEqual({
      Status: 'SUCCESS',
      PhysicalResourceId: 'gatehouse-key-ring',
      StackId: 'stack',
      RequestId: 'request',
      LogicalResourceId: 'KeyRing',
    });
  });

  it('keeps an existing physical id, and limits the length of the reason', async () => {
    const send = sent(new Response());
    const event = { ...customResource('Update'), PhysicalResourceId: 'former' } as CloudFormationCustomResourceEvent;
    await answerCloudFormation(send)(event, 'x'.repeat(10_000));
    expect(bodyOf(send)).toMatchObject({ Status: 'FAILED', PhysicalResourceId: 'former', Reason: 'x'.repeat(1000) });
  });

  it('retries, and throws after the last attempt', async () => {
    const twice = sent(new Error('reset'), new Response('', { status: 500 }), new Response());
    await answerCloudFormation(twice)(customResource('Create'), undefined);
    expect(twice).toHaveBeenCalledTimes(3);
    await expect(answerCloudFormation(sent())(customResource('Create'), undefined)).rejects.toThrow(
      'could not be sent',
    );
  });
});

import { type Deployment, STACK_NAME } from '../deployment.ts';
import { expectSame, type Report } from '../report.ts';

/** Destroys the stack, and runs the printed commands that delete what it keeps. */
export const remove = async (report: Report, deployment: Deployment): Promise<void> => {
  const left = async () => {
    const [tables, secrets, functions, apis] = await Promise.all([
      deployment.aws('dynamodb', 'list-tables', '--query', 'TableNames'),
      deployment.aws('secretsmanager', 'list-secrets', '--query', 'SecretList[].Name'),
      deployment.aws('lambda', 'list-functions', '--query', 'Functions[].FunctionName'),
      deployment.aws('apigateway', 'get-rest-apis', '--query', 'items[].name'),
    ]);
    return { tables: tables.length, secrets: secrets.length, functions: functions.length, apis: apis.length };
  };
  const kept = { tables: 0, secrets: 0, functions: 0, apis: 0 };
  await report.required('npx cdk destroy keeps tables and secrets, and nothing else', async () => {
    const { tables, secrets } = await deployment.keptResources();
    await deployment.destroy();
    Object.assign(kept, await left());
    expectSame('what is left', kept, { tables, secrets, functions: 0, apis: 0 });
    return `${kept.tables} tables, ${kept.secrets} secrets`;
  });
  await report.step('KeptTables and KeptSecrets delete the rest', async () => {
    await deployment.printedCommand('KeptTables');
    await deployment.printedCommand('KeptSecrets');
    expectSame('what is left', await left(), { tables: 0, secrets: 0, functions: 0, apis: 0 });
  });
  await report.step('KeptSigningKeys schedules the deletion of every signing key', async () => {
    await deployment.printedCommand('KeptSigningKeys');
    const { Keys } = await deployment.aws('kms', 'list-keys');
    const states: string[] = [];
    for (const { KeyId } of Keys) {
      const { KeyMetadata } = await deployment.aws('kms', 'describe-key', '--key-id', KeyId);
      if (KeyMetadata.KeySpec === 'RSA_2048') states.push(KeyMetadata.KeyState);
    }
    expectSame('states of the keys', [...new Set(states)], ['PendingDeletion']);
    return `${states.length} keys`;
  });
};

/** Looks for a call that IAM refused to a function. @throws Error with the first one */
export const expectNoDenials = async (deployment: Deployment): Promise<string> => {
  const { logGroups } = await deployment.aws('logs', 'describe-log-groups');
  const names: string[] = logGroups.map(({ logGroupName }: { logGroupName: string }) => logGroupName);
  for (const name of names.filter((one) => one.includes(STACK_NAME))) {
    const { events } = await deployment.aws('logs', 'filter-log-events', '--log-group-name', name);
    const denied = events.find(({ message }: { message: string }) =>
      /AccessDenied|not authorized to perform/.test(message),
    );
    if (denied !== undefined) throw new Error(`${name}: ${denied.message}`);
  }
  return `${names.length} log groups`;
};

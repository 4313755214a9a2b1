import { administer } from './checks/administration.ts';
import { KeptSession } from './checks/kept-session.ts';
import { expectNoDenials, remove } from './checks/removal.ts';
import { expectStoresToWork } from './checks/stores.ts';
import { useDeployment, usersOf } from './checks/use.ts';
import { Deployment } from './deployment.ts';
import { Edge } from './edge.ts';
import { startEmulator } from './emulator.ts';
import { Provider } from './provider.ts';
import { expectSame, type Report } from './report.ts';
import { prepareSurroundings } from './surroundings.ts';

/**
 * Takes the stack through its whole life at the emulator: deployed, used, changed, administered, destroyed, deployed anew.
 *
 * @throws MissingToolError before the first step
 * @throws AbandonedError when the rest could not be run
 */
export const runTrial = async (report: Report): Promise<void> => {
  const surroundings = await prepareSurroundings();
  const deployment = new Deployment(surroundings);
  const edge = new Edge(surroundings);
  const provider = new Provider();

  await report.required('MiniStack starts, with checks of signatures and IAM policies', () =>
    startEmulator(surroundings),
  );
  await report.required('npx cdk bootstrap', () => deployment.bootstrap());
  await report.required('npx cdk deploy', async () => {
    await deployment.configure();
    return resourcesIn((await deployment.deploy()).output);
  });
  await report.required('SecretCommandCompany stores the credentials of the provider', async () => {
    await edge.listen();
    await provider.listen(surroundings);
    await edge.follow(deployment);
    await provider.register(deployment);
  });

  const cloud = { origin: deployment.issuer, mcpUrl: `${deployment.issuer}/mcp`, port: 0 };
  const userOf = usersOf(cloud, provider.origin);
  await useDeployment(report, cloud, userOf);

  const kept = await KeptSession.begin(cloud, userOf('kay'));
  await report.step('npx cdk deploy without a change changes nothing', async () => {
    const { output } = await deployment.deploy();
    if (!output.includes('(no changes)')) throw new Error(`something changed: ${output.slice(-1000)}`);
  });
  await report.step('npx cdk deploy adds a server, and sessions stay', async () => {
    await deployment.configure(deployment.serversWith('/tools/mcp', { kind: 'example' }));
    await deployment.deploy();
    await edge.follow(deployment);
    await kept.expectGood();
    const second = { ...cloud, mcpUrl: deployment.outputs.ConnectorUrlToolsMcp ?? '' };
    await (await KeptSession.begin(second, userOf('tom'))).expectGood();
  });
  await report.step('A deployment that fails is rolled back, and sessions stay', async () => {
    // MiniStack refuses alarms on metric math.
    await deployment.configure({ monitoring: { alarms: true } });
    expectSame('exit code of the deployment', (await deployment.tryToDeploy()).exitCode, 1);
    expectSame('state of the stack', await deployment.stackStatus(), 'UPDATE_ROLLBACK_COMPLETE');
    await kept.expectGood();
  });

  await administer(report, deployment, cloud, { kept, userOf });
  await report.step('IAM denied no call of a function', () => expectNoDenials(deployment));
  await remove(report, deployment);
  await report.step('npx cdk deploy after the destruction, and a login', async () => {
    await deployment.configure();
    await deployment.deploy();
    await edge.follow(deployment);
    await provider.register(deployment);
    const anew = { ...cloud, origin: deployment.issuer, mcpUrl: `${deployment.issuer}/mcp` };
    await (await KeptSession.begin(anew, usersOf(anew, provider.origin)('ada'))).expectGood();
  });
  // It leaves tables behind.
  await report.step('The contract of every store holds in the DynamoDB of MiniStack', () =>
    expectStoresToWork(surroundings),
  );
};

/** The number of resources, from the progress that the CDK prints. */
const resourcesIn = (output: string): string => {
  const [, count] = /(\d+)\/\1 \|/.exec(output) ?? [];
  return count === undefined ? '' : `${count} resources`;
};

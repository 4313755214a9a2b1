import { textOf } from './repository.ts';

// What AWS will do to a deployment, where only a document can prepare the operator for it.

const deploySection = (): string => {
  const [, section = ''] = /^## Deploy\n([\s\S]*?)(?=^## )/m.exec(textOf('README.md')) ?? [];
  return section;
};

describe("README's section on the deployment says before the first one", () => {
  it('B4: that a new account may have ten concurrent executions, with the command that shows the quota', () => {
    expect(deploySection()).toMatch(
      /`aws lambda get-account-settings --query AccountLimit`.*ten concurrent executions/,
    );
  });

  it('B5: that AWS may have to verify the account, and what a failed deployment leaves behind', () => {
    expect(deploySection()).toMatch(/verify a new account.*runbook\/recovery\.md#the-first-deployment-failed/);
    expect(textOf('docs/runbook/recovery.md')).toMatch(/^## The first deployment failed/m);
  });

  it('B10: that it needs a commercial region', () => {
    expect(deploySection()).toMatch(/commercial region/i);
  });
});

it('B9: the page on MCP servers says that CloudFront ends silent streams, and who keeps GET streams alive', () => {
  const page = textOf('docs/your-server.md').replaceAll('\n', ' ');
  expect(page).toMatch(/must carry data at least every two minutes/);
  expect(page).toMatch(/GET streams do not pass the inspector, so your server must keep those alive itself/);
  expect(textOf('README.md')).not.toMatch(/keeps? .{0,40}streams? alive/i);
});

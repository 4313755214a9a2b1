import type { Stack } from 'aws-cdk-lib';
import { CfnAlarm, CfnDashboard } from 'aws-cdk-lib/aws-cloudwatch';
import { CfnKey } from 'aws-cdk-lib/aws-kms';
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import type { IConstruct } from 'constructs';

// List prices in dollars a month, before tax and free allowances (us-east-1, November 2026).
const WEB_ACL = 5;
const WEB_ACL_RULE = 1;
const ALARM_METRIC = 0.1;
const SECRET = 0.4;
const KEY = 1;
const DASHBOARD = 3;

/** Signing keys are data and not in the template. There is one while no rotation is under way. */
const SIGNING_KEYS = 1;

/** What the stack costs in a month in which it is not used, as a sentence for the operator. */
export const standingCost = (stack: Stack): string => {
  const parts = stack.node.findAll();
  const count = (isCounted: (part: IConstruct) => boolean) => parts.filter(isCounted).length;
  const resolved = (value: unknown): readonly { readonly metricStat?: unknown }[] => stack.resolve(value) ?? [];
  const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
  const webAcls = parts.filter((part) => part instanceof CfnWebACL);
  const alarms = parts.filter((part) => part instanceof CfnAlarm);
  const metrics = alarms.map(({ metrics: list }) =>
    list === undefined ? 1 : resolved(list).filter(({ metricStat }) => metricStat !== undefined).length,
  );
  const costs = {
    firewall: sum(webAcls.map(({ rules }) => WEB_ACL + WEB_ACL_RULE * resolved(rules).length)),
    alarms: ALARM_METRIC * sum(metrics),
    dashboard: DASHBOARD * count((part) => part instanceof CfnDashboard),
    secrets: SECRET * count((part) => part instanceof CfnSecret),
    keys: KEY * (SIGNING_KEYS + count((part) => part instanceof CfnKey)),
  };
  const list = Object.entries(costs).flatMap(([name, dollars]) => (dollars > 0 ? `${name} ${dollars.toFixed(2)}` : []));
  return `${sum(Object.values(costs)).toFixed(2)} dollars a month: ${list.join(', ')}`;
};

import { randomUUID } from 'node:crypto';
import type { Functions } from '../lambda/functions.ts';
import { LOCAL_ACCOUNT_ID, LOCAL_REGION, type ResolvedTemplate, type Resource } from '../resolved-template.ts';
import { ofType } from './principals.ts';
import { parseSchedule, type Schedule } from './schedule.ts';

/** EventBridge: the template's scheduled rules. */
export interface Events {
  /**
   * Runs a rule now, independent of its schedule, and waits for its targets.
   * @throws Error when the rule does not exist, or when a target fails (the first error)
   */
  runNow(ruleLogicalId: string): Promise<void>;
  close(): void;
}

interface Target {
  readonly Arn: string;
  readonly Input?: string;
}

interface Rule {
  readonly resource: Resource;
  readonly schedule: Schedule;
  readonly targets: readonly Target[];
}

/** The longest delay of a timer in Node. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Starts the timers of the enabled rules.
 * @param onError receives every failed run of a timer, with the rule's logical id
 * @throws Error naming a rule that is not a schedule with Lambda targets
 */
export const startEvents = (
  template: ResolvedTemplate,
  functions: Functions,
  onError: (ruleLogicalId: string, error: unknown) => void,
): Events => {
  const timers = new Map<string, NodeJS.Timeout>();
  const rules = ofType(template, 'AWS::Events::Rule').map(readRule);

  const run = async ({ resource, targets }: Rule): Promise<void> => {
    const sourceArn = resource.arn ?? '';
    for (const { Arn, Input } of targets) {
      const event = Input === undefined ? scheduledEvent(sourceArn) : JSON.parse(Input);
      const caller = { principal: 'events.amazonaws.com', sourceArn };
      const outcome = await functions.invoke(Arn, event, { caller });
      if (!outcome.ok) throw new Error(`${outcome.errorType}: ${outcome.errorMessage}`);
    }
  };

  const plan = (rule: Rule, at: number): void => {
    const { logicalId } = rule.resource;
    const wait = setTimeout(
      () => {
        if (Date.now() < at) return plan(rule, at);
        run(rule).catch((error: unknown) => onError(logicalId, error));
        plan(rule, rule.schedule(Date.now()));
      },
      Math.min(Math.max(at - Date.now(), 0), MAX_TIMER_MS),
    );
    timers.set(logicalId, wait.unref());
  };

  for (const rule of rules) {
    if (rule.resource.properties.State !== 'DISABLED') plan(rule, rule.schedule(Date.now()));
  }

  return {
    runNow: async (ruleLogicalId) => {
      const rule = rules.find(({ resource }) => resource.logicalId === ruleLogicalId);
      if (!rule) throw new Error(`the template has no rule ${ruleLogicalId}`);
      await run(rule);
    },
    close: () => {
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
};

const readRule = (resource: Resource): Rule => {
  const { ScheduleExpression, EventPattern, Targets = [] } = resource.properties;
  if (typeof ScheduleExpression !== 'string' || EventPattern !== undefined) {
    throw new Error(`${resource.logicalId}: the local cloud runs rules with a ScheduleExpression only`);
  }
  const targets = Targets as Target[];
  const unknown = targets.flatMap(Object.keys).find((key) => !['Arn', 'Id', 'Input', 'RetryPolicy'].includes(key));
  if (unknown) throw new Error(`${resource.logicalId}: the local cloud does not know a target's ${unknown}`);
  try {
    return { resource, schedule: parseSchedule(ScheduleExpression), targets };
  } catch (error) {
    throw new Error(`${resource.logicalId}: ${error instanceof Error ? error.message : String(error)}`);
  }
};

const scheduledEvent = (ruleArn: string) => ({
  version: '0',
  id: randomUUID(),
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: LOCAL_ACCOUNT_ID,
  time: new Date().toISOString().replace(/\.\d{3}Z$/, 'Z'),
  region: LOCAL_REGION,
  resources: [ruleArn],
  detail: {},
});

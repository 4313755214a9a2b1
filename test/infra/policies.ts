import { shown, type Template } from './template.ts';

export interface Right {
  readonly action: string;
  readonly resource: string;
  readonly condition: unknown;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/** Every pair of action and resource that the function's role allows. */
export const statementsOf = (template: Template, functionId: string): Right[] => {
  const role: string = template.resources[functionId]?.Properties.Role['Fn::GetAtt'][0];
  if (template.resources[role]?.Properties.Policies !== undefined) throw new Error(`${role} has inline policies`);
  return template
    .ofType('AWS::IAM::Policy')
    .filter(([, { Properties }]) => Properties.Roles.some((one: { Ref: string }) => one.Ref === role))
    .flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement as Statement[])
    .flatMap(({ Effect, Action, Resource, Condition }) => {
      if (Effect !== 'Allow') throw new Error(`${role} has a statement of effect ${Effect}`);
      return [Action]
        .flat()
        .flatMap((action) =>
          [Resource].flat().map((resource) => ({ action, resource: shown(resource), condition: Condition })),
        );
    });
};

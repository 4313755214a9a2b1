import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ENVIRONMENT, SUBJECT_INDEX } from '../../lambdas/core/settings.ts';
import type { Secrets } from '../data/secrets.ts';
import type { Tables } from '../data/tables.ts';
import { EndpointFunction } from './endpoint-function.ts';

export interface PeopleProps {
  readonly tables: Tables;
  readonly secrets: Secrets;
  /** As `lambdas/runtime/settings.ts` reads them. */
  readonly identityProviders: unknown;
  /** The function that keeps the not-before marks. */
  readonly keys: EndpointFunction;
}

/**
 * Shows or erases what is kept about a person, at an administrator's command. The one function that may delete grants; nothing
 * but `aws lambda invoke` reaches it.
 */
export class People extends EndpointFunction {
  constructor(scope: Construct, id: string, { tables, secrets, identityProviders, keys }: PeopleProps) {
    super(scope, id, {
      folder: 'privacy',
      description: 'shows or erases what is kept about a person',
      timeout: Duration.minutes(5),
    });
    this.bind(ENVIRONMENT.identityProviders, identityProviders)
      .bindSecret(ENVIRONMENT.subjectSecret, secrets.subject)
      .bindTable(ENVIRONMENT.grantsTable, tables.grants, 'GetItem', 'DeleteItem')
      .queryIndex(tables.grants, SUBJECT_INDEX)
      .bindTable(ENVIRONMENT.consentsTable, tables.consents, 'GetItem', 'DeleteItem')
      .bind(ENVIRONMENT.keysFunction, keys.lambda.functionName)
      .allow(['lambda:InvokeFunction'], keys.lambda.functionArn);
  }
}

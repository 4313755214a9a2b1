import { Duration } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { SUBJECT_INDEX } from '../../lambdas/core/grants/grant.ts';
import * as settings from '../../lambdas/core/settings.ts';
import type { Secrets } from '../data/secrets.ts';
import type { Tables } from '../data/tables.ts';
import { EndpointFunction } from './endpoint-function.ts';

export interface PrivacyProps {
  readonly tables: Tables;
  readonly secrets: Secrets;
  readonly identityProviders: settings.IdentityProviders;
  /** The function that keeps the not-before marks. */
  readonly keyRing: EndpointFunction;
}

/**
 * Exports or erases what is stored about one user, when an administrator invokes it. No route leads to it, and no other
 * function may delete grants.
 */
export class Privacy extends EndpointFunction {
  constructor(scope: Construct, id: string, { tables, secrets, identityProviders, keyRing }: PrivacyProps) {
    super(scope, id, {
      folder: 'privacy',
      description: 'exports or erases what is stored about a user',
      timeout: Duration.minutes(5),
    });
    this.set(settings.identityProviders, identityProviders)
      .bindSecret(settings.subjectSecret, secrets.subject)
      .bindTable(settings.grantsTable, tables.grants, 'GetItem', 'DeleteItem')
      .grantQueryIndex(tables.grants, SUBJECT_INDEX)
      .bindTable(settings.consentsTable, tables.consents, 'GetItem', 'DeleteItem')
      .set(settings.keyRingFunction, keyRing.lambda.functionName)
      .allow(['lambda:InvokeFunction'], keyRing.lambda.functionArn);
  }
}

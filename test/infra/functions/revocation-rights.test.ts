import { statementsOf } from '../policies.ts';
import { type Template, TWO_SERVERS, templateFor } from '../template.ts';

let template: Template;
beforeAll(async () => {
  template = await templateFor(TWO_SERVERS);
});

describe('The rights around the list of revoked grants', () => {
  it('A30: functions that revoke grants may write the list of revoked grants, but not the key ring', () => {
    for (const folder of ['connections', 'token', 'revoke']) {
      const [right, ...others] = statementsOf(template, template.functionOf(folder)[0]).filter(
        ({ action, resource }) => action === 'dynamodb:UpdateItem' && resource.includes('TablesKeys'),
      );
      expect(others).toEqual([]);
      expect(right?.condition).toEqual({
        'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': 'revoked' },
        'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': 'revoked' },
      });
    }
  });

  it('A30: the authorizer may read only whether a grant was revoked', () => {
    const [right, ...others] = statementsOf(template, template.functionOf('authorizer')[0]).filter(({ resource }) =>
      resource.includes('TablesGrants'),
    );
    expect(others).toEqual([]);
    expect(right?.condition).toEqual({
      'ForAllValues:StringEquals': { 'dynamodb:Attributes': ['grantId', 'status', 'schemaVersion'] },
      StringEqualsIfExists: { 'dynamodb:Select': 'SPECIFIC_ATTRIBUTES' },
    });
  });
});

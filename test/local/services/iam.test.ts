import { evaluate, evaluateWithKeyPolicy, parsePolicy } from '../../../tools/local/cloud/services/iam.ts';

const policy = (...statements: object[]) => parsePolicy({ Version: '2012-10-17', Statement: statements }, 'test');
const TABLE = 'arn:aws:dynamodb:us-east-1:000000000000:table/Grants';

describe('IAM: identity-based policies', () => {
  const allow = (rest: object) => ({ Effect: 'Allow', Action: 'dynamodb:GetItem', Resource: TABLE, ...rest });
  const deny = (rest: object) => ({ ...allow(rest), Effect: 'Deny' });
  const read = { action: 'dynamodb:GetItem', resource: TABLE };

  it.each([
    ['nothing said is not allowed', [], read, 'not allowed'],
    ['the very action and resource', [allow({})], read, 'allowed'],
    ['actions are compared without regard to case', [allow({ Action: 'DynamoDB:getitem' })], read, 'allowed'],
    ['resources are compared with regard to case', [allow({ Resource: TABLE.toUpperCase() })], read, 'not allowed'],
    ['another action', [allow({ Action: ['dynamodb:PutItem'] })], read, 'not allowed'],
    ['another table', [allow({ Resource: `${TABLE}2` })], read, 'not allowed'],
    ['a table does not include its index', [allow({})], { ...read, resource: `${TABLE}/index/x` }, 'not allowed'],
    ['wildcard in the action', [allow({ Action: 'dynamodb:Get*' })], read, 'allowed'],
    ['one character', [allow({ Action: 'dynamodb:GetIte?' })], read, 'allowed'],
    ['wildcard in the resource', [allow({ Resource: 'arn:aws:dynamodb:*:*:table/G*' })], read, 'allowed'],
    ['a dot is only a dot', [allow({ Resource: TABLE.replace('Grants', 'Gr.nts') })], read, 'not allowed'],
    ['an explicit deny wins in any order', [deny({ Action: '*' }), allow({})], read, 'explicitly denied'],
    ['a deny of something else', [allow({}), deny({ Action: 'dynamodb:Scan' })], read, 'allowed'],
    ['NotAction', [{ Effect: 'Allow', NotAction: 'dynamodb:Scan', Resource: '*' }], read, 'allowed'],
    ['NotResource', [{ Effect: 'Allow', Action: '*', NotResource: TABLE }], read, 'not allowed'],
  ])('%s', (_, statements, request, expected) => {
    expect(evaluate(policy(...statements), request)).toBe(expected);
  });

  const createKey = { action: 'kms:CreateKey', resource: '*', context: {} };
  const tag = (key: string) => ({ 'aws:RequestTag/stack': key });
  it.each([
    ['StringEquals', { 'kms:KeySpec': 'RSA_2048' }, { 'kms:KeySpec': 'RSA_2048' }, true],
    ['StringEquals', { 'kms:KeySpec': 'RSA_2048' }, { 'kms:KeySpec': 'RSA_4096' }, false],
    ['StringEquals', { 'kms:KeySpec': 'RSA_2048' }, {}, false],
    ['StringEquals', { 'kms:KeySpec': ['RSA_2048', 'RSA_4096'] }, { 'kms:KeySpec': 'RSA_4096' }, true],
    ['StringEquals', { 'AWS:requesttag/STACK': 'a' }, tag('a'), true],
    ['StringEquals', { 'aws:RequestTag/stack': 'a' }, tag('A'), false],
    ['StringEqualsIfExists', { 'kms:KeySpec': 'RSA_2048' }, {}, true],
    ['StringEqualsIgnoreCase', { 'aws:RequestTag/stack': 'a' }, tag('A'), true],
    ['StringNotEquals', { 'kms:KeySpec': 'RSA_2048' }, { 'kms:KeySpec': 'RSA_2048' }, false],
    ['StringNotEquals', { 'kms:KeySpec': 'RSA_2048' }, {}, true],
    ['StringLike', { 'aws:RequestTag/stack': 'gate*' }, tag('gatehouse'), true],
    ['StringLike', { 'aws:RequestTag/stack': 'gate*' }, tag('mygate'), false],
    ['Bool', { 'aws:SecureTransport': 'true' }, { 'aws:SecureTransport': 'true' }, true],
    ['Bool', { 'aws:SecureTransport': 'false' }, { 'aws:SecureTransport': 'true' }, false],
    ['Null', { 'aws:TagKeys': 'true' }, {}, true],
    ['Null', { 'aws:TagKeys': 'false' }, {}, false],
    ['ForAllValues:StringEquals', { 'aws:TagKeys': ['stack'] }, { 'aws:TagKeys': ['stack'] }, true],
    ['ForAllValues:StringEquals', { 'aws:TagKeys': ['stack'] }, { 'aws:TagKeys': ['stack', 'other'] }, false],
    ['ForAllValues:StringEquals', { 'aws:TagKeys': ['stack'] }, {}, true],
    ['ForAnyValue:StringEquals', { 'aws:TagKeys': ['stack'] }, { 'aws:TagKeys': ['stack', 'other'] }, true],
    ['ForAnyValue:StringEquals', { 'aws:TagKeys': ['stack'] }, {}, false],
    ['ForAnyValue:StringNotEquals', { 'aws:TagKeys': ['stack'] }, {}, false],
  ])('condition %s %j with %j: %s', (operator, condition, context, met) => {
    const statement = { Effect: 'Allow', Action: 'kms:CreateKey', Resource: '*', Condition: { [operator]: condition } };
    expect(evaluate(policy(statement), { ...createKey, context })).toBe(met ? 'allowed' : 'not allowed');
  });

  it('all conditions of a statement must hold', () => {
    const Condition = { StringEquals: { 'kms:KeySpec': 'RSA_2048', 'kms:KeyUsage': 'SIGN_VERIFY' } };
    const statements = policy({ Effect: 'Allow', Action: 'kms:CreateKey', Resource: '*', Condition });
    const context = { 'kms:KeySpec': 'RSA_2048', 'kms:KeyUsage': 'ENCRYPT_DECRYPT' };
    expect(evaluate(statements, { ...createKey, context })).toBe('not allowed');
  });

  it.each([
    [{ Condition: { NumericLessThan: { 'kms:KeySpec': '1' } } }, 'operator NumericLessThan'],
    [{ Condition: { StringEquals: { 'aws:SourceVpc': 'vpc-1' } } }, 'condition key aws:SourceVpc'],
    [{ NotPrincipal: '*' }, 'element NotPrincipal'],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: IAM writes its variables like this
    [{ Resource: 'arn:aws:dynamodb:::table/${aws:username}' }, 'policy variables'],
    [{ Effect: 'allow' }, 'Effect must be'],
    [{ Resource: { Ref: 'Table' } }, 'Resource must hold strings'],
  ])('refuses by name what it cannot enforce: %j', (rest, problem) => {
    expect(() => policy(allow(rest))).toThrow(problem);
    expect(() => policy(allow(rest))).toThrow('test: the local cloud cannot enforce this policy');
  });
});

describe('IAM: KMS key policies', () => {
  const root = 'arn:aws:iam::000000000000:root';
  const token = 'arn:aws:iam::000000000000:role/Token';
  const sign = { action: 'kms:Sign', resource: 'arn:aws:kms:us-east-1:000000000000:key/1' };
  const says = (Effect: string, AWS: string, Action = 'kms:Sign') => ({
    Effect,
    Principal: { AWS },
    Action,
    Resource: '*',
  });
  const own = policy({ Effect: 'Allow', Action: 'kms:*', Resource: '*' });

  it.each([
    ['the role is named: no policy of its own needed', [says('Allow', token)], [], 'allowed'],
    ['another role is named: its own policy does not help', [says('Allow', `${token}2`)], own, 'not allowed'],
    ['the account is named, and the role has a policy', [says('Allow', root, 'kms:*')], own, 'allowed'],
    ['the account is named, and the role has none', [says('Allow', root, 'kms:*')], [], 'not allowed'],
    ['the account is named for other actions', [says('Allow', root, 'kms:Describe*')], own, 'not allowed'],
    ['everybody is named', [says('Allow', '*')], [], 'allowed'],
    [
      'a deny for the account is a deny for its roles',
      [says('Allow', token), says('Deny', root)],
      own,
      'explicitly denied',
    ],
    ['a deny for the role', [says('Allow', root), says('Deny', token)], own, 'explicitly denied'],
    [
      'a deny in its own policy',
      [says('Allow', token)],
      policy({ Effect: 'Deny', Action: 'kms:Sign', Resource: '*' }),
      'explicitly denied',
    ],
  ])('%s', (_, keyPolicy, identity, expected) => {
    expect(evaluateWithKeyPolicy(identity, policy(...keyPolicy), { arn: token, rootArn: root }, sign)).toBe(expected);
  });

  it('the operator, who is the account, may not sign where the account may not', () => {
    const everything = policy({ Effect: 'Allow', Action: '*', Resource: '*' });
    const keyPolicy = policy(says('Allow', token), says('Allow', root, 'kms:Describe*'));
    expect(evaluateWithKeyPolicy(everything, keyPolicy, { arn: root, rootArn: root }, sign)).toBe('not allowed');
  });
});

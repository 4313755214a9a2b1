type Input = Readonly<Record<string, unknown>>;

/**
 * The condition keys of a request for one item (DynamoDB developer guide, "Using IAM policy conditions"). Other requests
 * have none here, so a role with such a condition may not make them.
 */
export const conditionKeys = (action: string, input: Input): Readonly<Record<string, string | string[]>> => {
  if (input.Key === undefined) return {};
  const key: Input = Object(input.Key);
  const leadingKeys = {
    'dynamodb:LeadingKeys': Object.values(key).map((value) => String(Object.values(Object(value))[0])),
  };
  if (action !== 'GetItem') return leadingKeys;
  if (input.ProjectionExpression === undefined) return { ...leadingKeys, 'dynamodb:Select': 'ALL_ATTRIBUTES' };
  const names: Input = Object(input.ExpressionAttributeNames);
  const projected = String(input.ProjectionExpression)
    .split(',')
    .map((path) => path.trim().split(/[.[]/, 1)[0] ?? '')
    .map((name) => String(names[name] ?? name));
  return {
    ...leadingKeys,
    'dynamodb:Select': 'SPECIFIC_ATTRIBUTES',
    'dynamodb:Attributes': [...new Set([...Object.keys(key), ...projected])],
  };
};

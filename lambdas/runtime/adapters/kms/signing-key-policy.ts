export interface SigningKeyPrincipals {
  readonly accountId: string;
  /** The only role that signs. */
  readonly tokenRoleArn: string;
  /** The only role that creates and deletes keys. */
  readonly keyRingRoleArn: string;
}

/** What IAM may allow the account's administrators: everything except signing. */
const ADMINISTRATION = [
  'kms:CancelKeyDeletion',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:GetKeyPolicy',
  'kms:GetPublicKey',
  'kms:List*',
  'kms:PutKeyPolicy',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateKeyDescription',
];

/** The policy of one signing key. It is not in the template, because keys are created without a deployment. */
export const signingKeyPolicy = ({ accountId, tokenRoleArn, keyRingRoleArn }: SigningKeyPrincipals) => ({
  Version: '2012-10-17',
  Statement: [
    {
      Sid: 'OnlyTheTokenEndpointSigns',
      Effect: 'Allow',
      Principal: { AWS: tokenRoleArn },
      Action: 'kms:Sign',
      Resource: '*',
      Condition: {
        StringEquals: { 'kms:SigningAlgorithm': 'RSASSA_PKCS1_V1_5_SHA_256', 'kms:MessageType': 'DIGEST' },
      },
    },
    {
      Sid: 'OnlyTheKeyRingFunctionRetires',
      Effect: 'Allow',
      Principal: { AWS: keyRingRoleArn },
      Action: ['kms:DescribeKey', 'kms:GetPublicKey', 'kms:ScheduleKeyDeletion'],
      Resource: '*',
    },
    {
      Sid: 'AdministratorsDoAllButSign',
      Effect: 'Allow',
      // The partition is that of the role, such as `aws`, `aws-cn` or `aws-us-gov`.
      Principal: { AWS: `${tokenRoleArn.split(':', 2).join(':')}:iam::${accountId}:root` },
      Action: ADMINISTRATION,
      Resource: '*',
    },
  ],
});

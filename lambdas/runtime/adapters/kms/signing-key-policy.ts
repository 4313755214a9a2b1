export interface SigningKeyPrincipals {
  readonly accountId: string;
  /** The only role that signs. */
  readonly tokenRoleArn: string;
  /** The only role that makes and retires keys. */
  readonly keyRingRoleArn: string;
}

/** What the account's administrators may do by IAM: everything but signing. */
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

/** The policy of one signing key: least privilege stands here, since keys come and go without the template. */
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
      // The partition is the role's: `aws`, or that of China or GovCloud.
      Principal: { AWS: `${tokenRoleArn.split(':', 2).join(':')}:iam::${accountId}:root` },
      Action: ADMINISTRATION,
      Resource: '*',
    },
  ],
});

import * as z from 'zod';
import { documented, matching } from './fields.ts';

/** Two tags of our own are on every signing key, and API Gateway takes 40 on a stage. */
const MAX_TAGS = 20;

const tagKey = matching(
  'a tag key of at most 128 letters, digits, spaces and _ . : / = + - @, not starting with "aws:" or "gatehouse:"',
  /^(?!aws:|gatehouse:)[\p{L}\p{N}_.:/=+\-@][\p{L}\p{Z}\p{N}_.:/=+\-@]{0,127}$/iu,
);

const TAG_VALUE = 'a tag value of at most 256 letters, digits, spaces and _ . : / = + - @';
const tagValue = z.string({ error: TAG_VALUE }).regex(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u, { error: TAG_VALUE });

/** What an organization demands of every stack in its accounts. */
export const ORGANIZATION = {
  permissionsBoundary: documented(
    matching(
      'the ARN of a managed policy, such as "arn:aws:iam::123456789012:policy/boundary"',
      /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/([\w+=,.@-]+\/)*[\w+=,.@-]{1,128}$/,
    ).optional(),
    {
      description: 'ARN of the managed policy that limits every role of the stack',
      more: 'docs/organizations.md#permissions-boundary',
    },
  ),
  kmsKeyArn: documented(
    matching(
      'the ARN of a KMS key, such as "arn:aws:kms:eu-central-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"',
      /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]{1,64}$/,
    ).optional(),
    {
      description: "ARN of your KMS key, in the stack's region, that encrypts tables and secrets",
      unset: 'keys of AWS',
      more: 'docs/organizations.md#your-kms-key',
    },
  ),
  tags: documented(
    z
      .record(tagKey, tagValue, { error: 'an object: tag key → tag value' })
      .refine((tags) => Object.keys(tags).length <= MAX_TAGS, { error: `at most ${MAX_TAGS} tags` })
      .default({}),
    {
      description: 'tag key → value, for the stack and all that it creates',
      more: 'docs/organizations.md#tags',
    },
  ),
};

/** The region in the ARN of a key. */
const regionOf = (arn: string): string | undefined => arn.split(':')[3];

/**
 * Returns the problem of a key that the stack cannot use, because it is elsewhere.
 *
 * @param region of the deployment, if it is known
 */
export const checkKeyRegion = (kmsKeyArn: string | undefined, region: string | undefined): string[] =>
  kmsKeyArn === undefined || region === undefined || regionOf(kmsKeyArn) === region
    ? []
    : [`kmsKeyArn: expected a key in the region of the deployment, ${region}, got one in ${regionOf(kmsKeyArn)}`];

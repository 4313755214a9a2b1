import { LOCAL_ACCOUNT_ID } from '../../resolved-template.ts';
import type { Tag } from './key.ts';
import type { EncryptionContext } from './symmetric.ts';

/** Condition keys of every key that the local KMS makes. */
export const keyContext = {
  'kms:CallerAccount': LOCAL_ACCOUNT_ID,
  'kms:KeyOrigin': 'AWS_KMS',
  'kms:MultiRegion': 'false',
};

/** Condition keys for an encryption context; none for an empty context. */
export const contextKeys = (context: EncryptionContext): Record<string, string | string[]> =>
  Object.keys(context).length === 0
    ? {}
    : {
        'kms:EncryptionContextKeys': Object.keys(context),
        ...Object.fromEntries(Object.entries(context).map(([name, value]) => [`kms:EncryptionContext:${name}`, value])),
      };

/** Condition keys for the tags that a request sets; none without tags. */
export const requestTags = (tags: readonly Tag[]): Record<string, string | string[]> =>
  tags.length === 0
    ? {}
    : {
        ...Object.fromEntries(tags.map((tag) => [`aws:RequestTag/${tag.TagKey}`, tag.TagValue])),
        'aws:TagKeys': tags.map((tag) => tag.TagKey),
      };

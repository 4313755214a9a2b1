import { randomBytes } from 'node:crypto';
import type { ResolvedTemplate } from '../../resolved-template.ts';
import { ofType, type Principals } from '../principals.ts';
import type { StateFile } from '../state-file.ts';
import { assertUsablePolicy, type KmsState } from './key.ts';
import { DATA_KEY_BYTES } from './symmetric.ts';

/**
 * Creates the keys of the template that do not exist yet, all of them symmetric. Every key gets the template's policy.
 * @throws AwsError for a policy that KMS would refuse
 */
export const createKeys = async (
  template: ResolvedTemplate,
  principals: Principals,
  state: StateFile<KmsState>,
): Promise<void> => {
  for (const { physicalId: keyId, arn = '', properties } of ofType(template, 'AWS::KMS::Key')) {
    const policy = JSON.stringify(properties.KeyPolicy);
    assertUsablePolicy(policy, principals.operator, principals, arn, false);
    const made = state.value[keyId] ?? {
      keyId,
      arn,
      createdAt: Date.now() / 1000,
      symmetricKey: randomBytes(DATA_KEY_BYTES).toString('base64'),
      state: 'Enabled' as const,
      tags: [],
    };
    state.value[keyId] = { ...made, description: String(properties.Description ?? ''), policy };
  }
  await state.save();
};

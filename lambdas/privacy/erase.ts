import type { PrivacyDeps } from './deps.ts';

/** The index lags behind its table, usually by far less than this. */
const INDEX_DELAY_MS = 5000;

/** What was erased, and what remains for a limited time. */
export interface SubjectErasure {
  readonly subject: string;
  /** The number of deleted grants. They held the user's identity and the permissions of clients. */
  readonly grants: number;
  /** Whether remembered consents were deleted. */
  readonly rememberedConsents: boolean;
  readonly remains: readonly string[];
}

const REMAINS = [
  'issued access tokens: refused within 60 seconds, expired within their lifetime',
  'backups of the tables: 35 days; after restoring one, erase this user again',
  'data that the MCP servers store about their callers, which their operators must erase',
];

/**
 * Erases a user: first it ends all tokens, then it deletes the rows. Revoked rows would still contain the identity.
 * Every step can be repeated, so the operator can send the command again after a failure.
 *
 * @param requestId for the log
 * @throws UnavailableError
 */
export const eraseSubject = async (deps: PrivacyDeps, subject: string, requestId: string): Promise<SubjectErasure> => {
  await deps.endTokens(subject);
  const first = await deleteRows(deps, subject);
  // The grant of a login just before the mark may not have been in the index yet.
  await deps.pause(INDEX_DELAY_MS);
  const second = await deleteRows(deps, subject);
  const grants = first.grants + second.grants;
  const rememberedConsents = first.rememberedConsents || second.rememberedConsents;
  deps.log('subject_erased', { requestId, subject, grants, rememberedConsents });
  return { subject, grants, rememberedConsents, remains: REMAINS };
};

const deleteRows = async ({ grants, consents }: PrivacyDeps, subject: string) => ({
  grants: await grants.deleteGrantsOfSubject(subject),
  rememberedConsents: await consents.deleteConsents(subject),
});

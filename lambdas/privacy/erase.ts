import type { PrivacyDeps } from './deps.ts';

/** The index follows its table a moment late, as a rule by far less than this. */
const INDEX_DELAY_MS = 5000;

/** What was erased, and what only time takes away. */
export interface SubjectErasure {
  readonly subject: string;
  /** How many there were; they held the person's identity, and everything that a program was allowed. */
  readonly grants: number;
  /** Whether there were consents that they did not want to be asked for again. */
  readonly rememberedConsents: boolean;
  readonly remains: readonly string[];
}

const REMAINS = [
  'access tokens that are out: refused within a minute, expired within their lifetime',
  'backups of the tables: 35 days; after restoring one, erase this person again',
  'whatever the MCP servers keep of their callers, which is theirs to erase',
];

/**
 * First nothing works any more, then nothing is kept. The rows are deleted, not revoked, since they name the person. Every
 * step may be taken twice: whoever is interrupted sends the command again.
 */
export const eraseSubject = async (deps: PrivacyDeps, subject: string, requestId: string): Promise<SubjectErasure> => {
  await deps.endTokens(subject);
  const first = await deleteRows(deps, subject);
  // A login that was completed just before the mark may not have been in the index yet.
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

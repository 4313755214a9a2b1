import { sha256 } from '../crypto.ts';

/**
 * Not-before marks: whatever was issued before its mark is void. Epoch seconds of the first second that counts again.
 * They are how everybody, one client or one person is logged out at once (catalogue #229, #230).
 */
export interface NotBeforeMarks {
  readonly all?: number;
  /** By client id. */
  readonly clients: Readonly<Record<string, number>>;
  /** By `sub` of access tokens. */
  readonly subjects: Readonly<Record<string, number>>;
  /** By hash of the `sub`, of persons whose data was erased, so that it stands nowhere any more. Absent until there is one. */
  readonly erased?: Readonly<Record<string, number>>;
}

/** Whom a mark is for. */
export type MarkScope =
  | { readonly all: true }
  | { readonly clientId: string }
  | { readonly subject: string }
  | { readonly erasedSubject: string };

/** A grant, or an access token: what a mark can make void. */
export interface Issued {
  readonly clientId: string;
  readonly subject: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
}

/** Every token request reads the marks along; whoever has more to mark marks all. */
export const MAX_MARKS = 200;

/** Nothing that is issued lives longer, whatever the configuration says: refresh tokens 730 days, access tokens one. */
const LONGEST_LIFE_SECONDS = 731 * 86_400;
/** The grants of an erased person are gone: what is left are access tokens, which live a day at most. */
const ERASED_LIFE_SECONDS = 2 * 86_400;

const NO_MARKS: NotBeforeMarks = { clients: {}, subjects: {} };

const markOf = (marks: Readonly<Record<string, number>>, id: string): number =>
  Object.hasOwn(marks, id) ? (marks[id] ?? 0) : 0;

/** Whether any mark makes it void: of those that may apply, the latest counts. */
export const isBeforeMark = (marks: NotBeforeMarks | undefined, issued: Issued): boolean => {
  const { all = 0, clients, subjects, erased } = marks ?? NO_MARKS;
  const ofErased = erased === undefined ? 0 : markOf(erased, sha256(issued.subject));
  return issued.issuedAt < Math.max(all, markOf(clients, issued.clientId), markOf(subjects, issued.subject), ofErased);
};

/**
 * The marks with one more. What was issued in this very second is void too, and no mark ever moves back.
 * @param now epoch seconds
 * @throws RangeError when there are too many
 */
export const withMark = (marks: NotBeforeMarks = NO_MARKS, scope: MarkScope, now: number): NotBeforeMarks => {
  const from = now + 1;
  if ('all' in scope) return { ...marks, all: Math.max(marks.all ?? 0, from) };
  const [kind, id] = placeOf(scope);
  const moved = { ...marks[kind], [id]: Math.max(markOf(marks[kind] ?? {}, id), from) };
  const marked = { ...marks, [kind]: moved, ...('erasedSubject' in scope ? without(marks, scope.erasedSubject) : {}) };
  if (countOfSome(marked) > MAX_MARKS) {
    throw new RangeError(`there are ${MAX_MARKS} not-before marks of clients and persons already: set one for all`);
  }
  return marked;
};

const placeOf = (scope: Exclude<MarkScope, { all: true }>) => {
  if ('clientId' in scope) return ['clients', scope.clientId] as const;
  if ('subject' in scope) return ['subjects', scope.subject] as const;
  return ['erased', sha256(scope.erasedSubject)] as const;
};

/** A mark that a person had by name goes with the name. */
const without = ({ subjects }: NotBeforeMarks, subject: string) => ({
  subjects: Object.fromEntries(Object.entries(subjects).filter(([id]) => id !== subject)),
});

/** The marks that something may still depend on. @param now epoch seconds */
export const liveMarks = (marks: NotBeforeMarks, now: number): NotBeforeMarks => {
  const live = (mark: number, lifeSeconds = LONGEST_LIFE_SECONDS) => mark > now - lifeSeconds;
  const only = (of: Readonly<Record<string, number>>, lifeSeconds?: number) =>
    Object.fromEntries(Object.entries(of).filter(([, mark]) => live(mark, lifeSeconds)));
  const { all, clients, subjects } = marks;
  const erased = only(marks.erased ?? {}, ERASED_LIFE_SECONDS);
  return {
    ...(all !== undefined && live(all) ? { all } : {}),
    clients: only(clients),
    subjects: only(subjects),
    ...(Object.keys(erased).length > 0 ? { erased } : {}),
  };
};

/** How many marks there are. */
export const countMarks = ({ all, ...marks }: NotBeforeMarks): number =>
  (all === undefined ? 0 : 1) + countOfSome(marks);

/** Without the one for all. */
const countOfSome = ({ clients, subjects, erased = {} }: NotBeforeMarks): number =>
  Object.keys(clients).length + Object.keys(subjects).length + Object.keys(erased).length;

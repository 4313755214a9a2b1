import { sha256 } from '../crypto.ts';

/**
 * Not-before marks void everything that was issued before them. They log out all users, one client or one user at once
 * (#229, #230). Each is the first second, in epoch seconds, that is valid again.
 */
export interface NotBeforeMarks {
  readonly all?: number;
  /** By client id. */
  readonly clients: Readonly<Record<string, number>>;
  /** By `sub` of access tokens. */
  readonly subjects: Readonly<Record<string, number>>;
  /** By hash of the `sub`, for users whose data was erased, so that the `sub` itself is not stored. Absent if empty. */
  readonly erased?: Readonly<Record<string, number>>;
}

/** What a mark applies to. */
export type MarkScope =
  | { readonly all: true }
  | { readonly clientId: string }
  | { readonly subject: string }
  | { readonly erasedSubject: string };

/** A grant or an access token, which a mark can void. */
export interface Issued {
  readonly clientId: string;
  readonly subject: string;
  /** Epoch seconds. */
  readonly issuedAt: number;
}

/** Every token request reads all marks. To void more than this, set the mark for all. */
export const MAX_MARKS = 200;

/** No token lives longer in any configuration: refresh tokens at most 730 days, access tokens one day. */
const LONGEST_LIFE_SECONDS = 731 * 86_400;
/** The grants of an erased user are deleted. Only access tokens are left, and they live at most one day. */
const ERASED_LIFE_SECONDS = 2 * 86_400;

const NO_MARKS: NotBeforeMarks = { clients: {}, subjects: {} };

const markOf = (marks: Readonly<Record<string, number>>, id: string): number =>
  Object.hasOwn(marks, id) ? (marks[id] ?? 0) : 0;

/** Whether any mark voids it. Of the marks that apply, the latest counts. */
export const isBeforeMark = (marks: NotBeforeMarks | undefined, issued: Issued): boolean => {
  const { all = 0, clients, subjects, erased } = marks ?? NO_MARKS;
  const ofErased = erased === undefined ? 0 : markOf(erased, sha256(issued.subject));
  return issued.issuedAt < Math.max(all, markOf(clients, issued.clientId), markOf(subjects, issued.subject), ofErased);
};

/**
 * Adds a mark. It also voids what was issued in the current second, and it never moves an existing mark back.
 *
 * @param now epoch seconds
 * @throws RangeError when there are too many marks
 */
export const withMark = (marks: NotBeforeMarks = NO_MARKS, scope: MarkScope, now: number): NotBeforeMarks => {
  const from = now + 1;
  if ('all' in scope) return { ...marks, all: Math.max(marks.all ?? 0, from) };
  const [kind, id] = placeOf(scope);
  const moved = { ...marks[kind], [id]: Math.max(markOf(marks[kind] ?? {}, id), from) };
  const marked = { ...marks, [kind]: moved, ...('erasedSubject' in scope ? without(marks, scope.erasedSubject) : {}) };
  if (countOfSome(marked) > MAX_MARKS) {
    throw new RangeError(
      `there are already ${MAX_MARKS} not-before marks for clients and users: set the mark for all instead`,
    );
  }
  return marked;
};

const placeOf = (scope: Exclude<MarkScope, { all: true }>) => {
  if ('clientId' in scope) return ['clients', scope.clientId] as const;
  if ('subject' in scope) return ['subjects', scope.subject] as const;
  return ['erased', sha256(scope.erasedSubject)] as const;
};

/** The mark under the erased `sub` itself is removed. */
const without = ({ subjects }: NotBeforeMarks, subject: string) => ({
  subjects: Object.fromEntries(Object.entries(subjects).filter(([id]) => id !== subject)),
});

/** The marks that may still void something. @param now epoch seconds */
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

/** The number of marks. */
export const countMarks = ({ all, ...marks }: NotBeforeMarks): number =>
  (all === undefined ? 0 : 1) + countOfSome(marks);

/** Does not count the mark for all. */
const countOfSome = ({ clients, subjects, erased = {} }: NotBeforeMarks): number =>
  Object.keys(clients).length + Object.keys(subjects).length + Object.keys(erased).length;

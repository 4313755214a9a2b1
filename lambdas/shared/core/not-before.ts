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
}

/** Whom a mark is for. */
export type MarkScope = { readonly all: true } | { readonly clientId: string } | { readonly subject: string };

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

const NO_MARKS: NotBeforeMarks = { clients: {}, subjects: {} };

const markOf = (marks: Readonly<Record<string, number>>, id: string): number =>
  Object.hasOwn(marks, id) ? (marks[id] ?? 0) : 0;

/** Whether any mark makes it void: of the three that may apply, the latest counts. */
export const isBeforeMark = (marks: NotBeforeMarks | undefined, issued: Issued): boolean => {
  const { all = 0, clients, subjects } = marks ?? NO_MARKS;
  return issued.issuedAt < Math.max(all, markOf(clients, issued.clientId), markOf(subjects, issued.subject));
};

/**
 * The marks with one more. What was issued in this very second is void too, and no mark ever moves back.
 * @param now epoch seconds
 * @throws RangeError when there are too many
 */
export const withMark = (marks: NotBeforeMarks = NO_MARKS, scope: MarkScope, now: number): NotBeforeMarks => {
  const from = now + 1;
  if ('all' in scope) return { ...marks, all: Math.max(marks.all ?? 0, from) };
  const [kind, id] =
    'clientId' in scope ? (['clients', scope.clientId] as const) : (['subjects', scope.subject] as const);
  const marked = { ...marks, [kind]: { ...marks[kind], [id]: Math.max(markOf(marks[kind], id), from) } };
  if (Object.keys(marked.clients).length + Object.keys(marked.subjects).length > MAX_MARKS) {
    throw new RangeError(`there are ${MAX_MARKS} not-before marks of clients and persons already: set one for all`);
  }
  return marked;
};

/** The marks that something may still depend on. @param now epoch seconds */
export const liveMarks = (marks: NotBeforeMarks, now: number): NotBeforeMarks => {
  const live = (mark: number) => mark > now - LONGEST_LIFE_SECONDS;
  const only = (of: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.entries(of).filter(([, mark]) => live(mark)));
  const { all, clients, subjects } = marks;
  return { ...(all !== undefined && live(all) ? { all } : {}), clients: only(clients), subjects: only(subjects) };
};

/** How many marks there are. */
export const countMarks = ({ all, clients, subjects }: NotBeforeMarks): number =>
  (all === undefined ? 0 : 1) + Object.keys(clients).length + Object.keys(subjects).length;

import fc from 'fast-check';
import {
  countMarks,
  isBeforeMark,
  liveMarks,
  MAX_MARKS,
  type NotBeforeMarks,
  withMark,
} from '../../../lambdas/core/grants/not-before.ts';
import { NOW } from '../../support/memory/records.ts';

const issued = { clientId: 'client-1', subject: 'ada', issuedAt: NOW };

describe('Not-before marks', () => {
  const levels = [undefined, NOW - 1, NOW, NOW + 1];
  const combinations = levels.flatMap((all) =>
    levels.flatMap((client) => levels.map((subject): (number | undefined)[] => [all, client, subject])),
  );

  it.each(combinations)('#230 levels all %s, client %s, user %s: the latest counts', (all, client, subject) => {
    const marks: NotBeforeMarks = {
      ...(all === undefined ? {} : { all }),
      clients: { other: NOW + 9, ...(client === undefined ? {} : { 'client-1': client }) },
      subjects: { other: NOW + 9, ...(subject === undefined ? {} : { ada: subject }) },
    };
    const isVoid = [all, client, subject].some((mark) => mark !== undefined && NOW < mark);
    expect(isBeforeMark(marks, issued)).toBe(isVoid);
  });

  it('#230 without marks, and for ids that are members of Object.prototype, nothing is void', () => {
    expect(isBeforeMark(undefined, issued)).toBe(false);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const unmarked = { clientId: name, subject: name, issuedAt: 0 };
      expect(isBeforeMark({ clients: {}, subjects: {} }, unmarked)).toBe(false);
      expect(isBeforeMark(withMark(undefined, { clientId: name }, NOW), unmarked)).toBe(true);
      expect(isBeforeMark(withMark(undefined, { subject: name }, NOW), unmarked)).toBe(true);
    }
  });

  it('#229 a mark voids what was issued up to this second, and nothing later', () => {
    for (const scope of [{ all: true }, { clientId: 'client-1' }, { subject: 'ada' }] as const) {
      const marks = withMark(undefined, scope, NOW);
      expect(isBeforeMark(marks, issued)).toBe(true);
      expect(isBeforeMark(marks, { ...issued, issuedAt: NOW + 1 })).toBe(false);
    }
  });

  it('a mark for one client or user affects no other', () => {
    const other = { clientId: 'client-2', subject: 'grace', issuedAt: NOW };
    expect(isBeforeMark(withMark(undefined, { clientId: 'client-1' }, NOW), other)).toBe(false);
    expect(isBeforeMark(withMark(undefined, { subject: 'ada' }, NOW), other)).toBe(false);
    // A client id that reads like a subject is still a client id.
    expect(isBeforeMark(withMark(undefined, { clientId: 'grace' }, NOW), other)).toBe(false);
  });

  it('#238 a mark for an erased user holds a hash, replaces the plain mark, and is dropped after days', () => {
    const before = withMark(withMark(undefined, { subject: 'ada' }, NOW - 9), { subject: 'grace' }, NOW - 9);
    const marks = withMark(before, { erasedSubject: 'ada' }, NOW);
    expect(JSON.stringify(marks)).not.toContain('"ada"');
    expect(marks.subjects).toEqual({ grace: NOW - 8 });
    expect(isBeforeMark(marks, issued)).toBe(true);
    expect(isBeforeMark(marks, { ...issued, issuedAt: NOW + 1 })).toBe(false);
    expect(isBeforeMark(marks, { ...issued, subject: 'bob' })).toBe(false);
    expect(countMarks(marks)).toBe(2);

    // Access tokens live a day at most, and the row that others could come from is gone.
    expect(liveMarks(marks, NOW + 86_400)).toEqual(marks);
    expect(liveMarks(marks, NOW + 2 * 86_400 + 1)).toEqual({ clients: {}, subjects: { grace: NOW - 8 } });
    const again = withMark(marks, { erasedSubject: 'ada' }, NOW - 5);
    expect(again).toEqual(marks);
  });

  it('marks add up, in any order, and never move back', () => {
    const scope = fc.oneof(
      fc.constant({ all: true } as const),
      fc.record({ clientId: fc.constantFrom('client-1', 'client-2') }),
      fc.record({ subject: fc.constantFrom('ada', 'grace') }),
    );
    const time = fc.integer({ min: NOW - 100, max: NOW + 100 });
    fc.assert(
      fc.property(fc.array(fc.tuple(scope, time), { maxLength: 20 }), (set) => {
        const applied = (marks: typeof set) =>
          marks.reduce<NotBeforeMarks | undefined>((before, [one, now]) => withMark(before, one, now), undefined);
        const marks = applied(set);
        expect(applied([...set].reverse())).toEqual(marks);
        for (const [one, now] of set) expect(withMark(marks, one, now)).toEqual(marks);
      }),
    );
  });

  it('their number is limited, because every token request reads them', () => {
    let marks: NotBeforeMarks | undefined;
    for (let count = 0; count < MAX_MARKS; count += 1) marks = withMark(marks, { subject: `person-${count}` }, NOW);
    expect(() => withMark(marks, { clientId: 'one more' }, NOW)).toThrow(/set the mark for all/);
    expect(withMark(marks, { subject: 'person-0' }, NOW + 5).subjects).toHaveProperty('person-0', NOW + 6);
    expect(withMark(marks, { all: true }, NOW).all).toBe(NOW + 1);
  });

  it('a mark outlives everything that it can void', () => {
    const marks = withMark(withMark(undefined, { all: true }, NOW), { subject: 'ada' }, NOW);
    expect(countMarks(liveMarks(marks, NOW + 731 * 86_400))).toBe(2);
    expect(countMarks(liveMarks(marks, NOW + 732 * 86_400))).toBe(0);
  });
});

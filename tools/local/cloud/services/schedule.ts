const UNIT_MS = { minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
const MAX_SEARCH_DAYS = 366 * 5;

/** Epoch milliseconds of the first run after `after`. */
export type Schedule = (after: number) => number;

/**
 * Reads an EventBridge schedule expression: `rate(value unit)`, or `cron(minutes hours day-of-month month day-of-week year)`
 * in UTC with numbers, `*`, `?`, lists, ranges and steps. Days of the week are 1 (Sunday) to 7.
 * @throws Error naming the expression when it has another form
 */
export const parseSchedule = (expression: string): Schedule => {
  const rate = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression);
  if (rate) {
    const intervalMs = Number(rate[1]) * UNIT_MS[rate[2] as keyof typeof UNIT_MS];
    if (intervalMs > 0) return (after) => after + intervalMs;
  }
  const fields = /^cron\((.+)\)$/.exec(expression)?.[1]?.trim().split(/\s+/) ?? [];
  if (fields.length !== 6 || fields.some((field) => !/^(\?|[\d*,/-]+)$/.test(field))) {
    throw new Error(`schedule ${expression} is not one the local cloud can run: use rate(…) or cron(…) with numbers`);
  }
  const [minutes, hours, daysOfMonth, months, daysOfWeek, years] = fields.map(parseField) as [
    Field,
    Field,
    Field,
    Field,
    Field,
    Field,
  ];
  return (after) => {
    const start = new Date(Math.floor(after / UNIT_MS.minute) * UNIT_MS.minute + UNIT_MS.minute);
    const day = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth(), start.getUTCDate()));
    for (let days = 0; days < MAX_SEARCH_DAYS; days++, day.setUTCDate(day.getUTCDate() + 1)) {
      const onThisDay =
        months(day.getUTCMonth() + 1) &&
        years(day.getUTCFullYear()) &&
        daysOfMonth(day.getUTCDate()) &&
        daysOfWeek(day.getUTCDay() + 1);
      if (!onThisDay) continue;
      for (let minute = 0; minute < 24 * 60; minute++) {
        const at = day.getTime() + minute * UNIT_MS.minute;
        if (at >= start.getTime() && hours(Math.floor(minute / 60)) && minutes(minute % 60)) return at;
      }
    }
    throw new Error(`schedule ${expression} has no run in the next ${MAX_SEARCH_DAYS / 366} years`);
  };
};

type Field = (value: number) => boolean;

const parseField = (field: string): Field => {
  const parts = field.split(',').map((part) => {
    const [range = '*', step = '1'] = part.split('/');
    const [from = '', to = part.includes('/') ? '' : from] = range.split('-');
    const first = from === '*' || from === '?' ? 0 : Number(from);
    const last = to === '*' || to === '?' || to === '' ? Number.POSITIVE_INFINITY : Number(to);
    return (value: number) => value >= first && value <= last && (value - first) % Number(step) === 0;
  });
  return (value) => parts.some((part) => part(value));
};

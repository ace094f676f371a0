// When each visit of a full inspection is due (docs/formats/draw.md, "Forms").

/** 0 is Monday. Days are counted from 1970-01-01, a Thursday. */
const dayOfWeek = (day: bigint): bigint => (day + 3n) % 7n;

export const isWeekday = (day: bigint): boolean => dayOfWeek(day) < 5n;

/** So many visits a day, on Mondays to Fridays from `first` on, which is one of them; visits count from 0. */
export function visitDay(first: bigint, perDay: bigint, visit: bigint): bigint {
  const weekdays = visit / perDay;
  return first + weekdays + 2n * ((dayOfWeek(first) + weekdays) / 5n);
}

/** 2026-11-30. */
export const dateText = (day: bigint): string => new Date(Number(day) * 86_400_000).toISOString().slice(0, 10);

/** Of a time in Unix seconds: the day in Asia/Shanghai, UTC+8 all year. */
export const dayOf = (time: bigint): bigint => (time + 8n * 3600n) / 86_400n;

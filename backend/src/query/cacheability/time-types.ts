/** Types that read words such as `now` and `tomorrow`: date and time, with their arrays and ranges. Source: pg_type.dat. */
const CLOCKED: ReadonlySet<number> = new Set([
  1082, 1083, 1114, 1184, 1266, 1182, 1183, 1115, 1185, 1270, 3908, 3909, 3910, 3911, 3912, 3913,
  4533, 4534, 4535, 6152, 6153, 6155,
])

/** What a text of the type says may depend on when it is read. */
export function readsClock(oid: number): boolean {
  return CLOCKED.has(oid)
}

/** Types that nobody could hide a time in, by oid. */
const TIMELESS: ReadonlySet<number> = new Set([
  16, 17, 20, 21, 23, 25, 114, 700, 701, 1042, 1043, 1700, 2950, 3614, 3802,
])

export function isTimeless(oid: number): boolean {
  return TIMELESS.has(oid)
}

/**
 * A value that says another thing tomorrow. PostgreSQL looks for these words anywhere in a date or time; a backslash could
 * hide them in an array or range.
 */
export function tellsAskingTime(value: string): boolean {
  return /now|today|tomorrow|yesterday|\\/i.test(value)
}

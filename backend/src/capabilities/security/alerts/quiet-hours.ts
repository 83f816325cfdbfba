import { option } from '../../../base/index.ts'

const SPAN = /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/
const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440

export const QUIET_HOURS_CHECK = option.listOf(
  option.text({
    expects: 'a part of the day such as 22:00-07:00',
    accepts: text => SPAN.test(text),
  }),
)

export const TIME_ZONE_CHECK = option.text({
  expects: 'a time zone such as UTC or Europe/Berlin',
  accepts: zone => formatOf(zone) !== undefined,
})

interface Span {
  readonly from: number
  readonly to: number
}

/** Parts of the day in which people want to sleep. */
export class QuietHours {
  readonly #spans: readonly Span[]
  readonly #format: Intl.DateTimeFormat | undefined

  constructor(spans: readonly string[], timeZone: string) {
    this.#spans = spans.map(spanOf)
    this.#format = formatOf(timeZone)
  }

  /** When the part that this moment is in ends; the moment itself outside of them. Where clocks are changed meanwhile, ask again then. */
  endOf(atMs: number): number {
    if (this.#spans.length === 0 || this.#format === undefined) return atMs
    const minute = minuteOf(this.#format, atMs)
    const span = this.#spans.find(each => contains(each, minute))
    if (span === undefined) return atMs
    const minutes = (span.to - minute + DAY_MINUTES) % DAY_MINUTES
    return atMs - (atMs % MINUTE_MS) + minutes * MINUTE_MS
  }
}

function spanOf(text: string): Span {
  const [, fromHour, fromMinute, toHour, toMinute] = SPAN.exec(text) ?? []
  return {
    from: Number(fromHour) * 60 + Number(fromMinute),
    to: Number(toHour) * 60 + Number(toMinute),
  }
}

/** Over midnight where it ends before it begins. */
function contains({ from, to }: Span, minute: number): boolean {
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to
}

function formatOf(timeZone: string): Intl.DateTimeFormat | undefined {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' })
  } catch {
    return undefined
  }
}

function minuteOf(format: Intl.DateTimeFormat, atMs: number): number {
  const [hour = '0', minute = '0'] = format.format(atMs).split(':')
  return Number(hour) * 60 + Number(minute)
}

import { type Input, invalid, short, UNSURE } from './input.ts'

/** Words that mean a time by themselves, and those that begin one. */
const WORDS_OF_TIME = new Set(
  'now today tomorrow yesterday epoch infinity inf allballs zulu z'.split(' '),
)

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const MOMENT =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)(?:Z|[+-]\d\d(?::?\d\d)?)?$/
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?$/
const ZONE = /(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)$/
/** Of a moment like this no part has to be looked at. */
const USUAL_MOMENT =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d{1,6})?)?(?:Z|[+-](?:0\d|1[0-4])(?::?[0-5]\d)?)?$/
const SPAN = /^\d{1,5} (?:second|minute|hour|day|week|month|year)s?$/

/** Only what is certain: the forms of ISO 8601 that everybody sends, and words without a single digit that mean no time. */
export function time(type: string): Input {
  const hint = `Send a text such as ${EXAMPLES[type] ?? "'1 day'"}.`
  return short(text => {
    if (isUsual(type, text)) return undefined
    if (isNoDay(type, text)) return outOfRange(text, hint)
    if (!/^[a-z ]*$/i.test(text)) return UNSURE
    const words = text.toLowerCase().split(' ')
    if (words.some(word => WORDS_OF_TIME.has(word) || word.startsWith('p'))) return UNSURE
    return invalid(type, text, hint, '22007')
  })
}

function outOfRange(text: string, hint: string): ReturnType<Input> {
  const message = `date/time field value out of range: "${text}"`
  return { code: '22008', message, rule: 'range', hint }
}

function isUsual(type: string, text: string): boolean {
  switch (type) {
    case 'date':
    case 'timestamp':
    case 'timestamp with time zone':
      return USUAL_MOMENT.test(text) || isDay(DATE.exec(text)) || isMoment(text)
    case 'time':
      return CLOCK.test(text)
    case 'time with time zone':
      return CLOCK.test(text.replace(ZONE, ''))
    default:
      return SPAN.test(text)
  }
}

function isMoment(text: string): boolean {
  const parts = MOMENT.exec(text)
  if (!isDay(parts)) return false
  const clock = parts?.[4] ?? ''
  const behind = text.slice(text.indexOf(clock, 10) + clock.length)
  return CLOCK.test(clock) && (behind === '' || ZONE.test(behind))
}

/** A day that no calendar has: `2026-02-31`. */
function isNoDay(type: string, text: string): boolean {
  const parts = DATE.exec(text)
  return parts !== null && !type.startsWith('time ') && type !== 'interval' && !isDay(parts)
}

/** So many days has every month. */
const EVERY_MONTH = 28

function isDay(parts: RegExpExecArray | null): boolean {
  if (parts === null) return false
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])]
  if (year === 0 || month === 0 || month > 12 || day === 0) return false
  if (day <= EVERY_MONTH) return true
  return day <= new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate()
}

const EXAMPLES: Readonly<Record<string, string>> = Object.freeze({
  date: "'2026-01-31'",
  time: "'12:30:00'",
  'time with time zone': "'12:30:00+00'",
  timestamp: "'2026-01-31T12:30:00'",
  'timestamp with time zone': "'2026-01-31T12:30:00Z'",
})

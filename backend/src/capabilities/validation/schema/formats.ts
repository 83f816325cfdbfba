import { isIPv4, isIPv6 } from 'node:net'

type Format = (text: string) => boolean

/** Patterns of formats: each is judged like those of schemas, by its test. */
export const FORMAT_PATTERNS = Object.freeze({
  date: /^(\d{4})-(\d{2})-(\d{2})$/,
  time: /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/,
  email: /^[\w.!#$%&'*+/=?^`{|}~-]+@[a-zA-Z\d](?:[a-zA-Z\d.-]*[a-zA-Z\d])?$/,
  hostname: /^[a-zA-Z\d-]+(?:\.[a-zA-Z\d-]+)*\.?$/,
  uuid: /^[\da-fA-F]{8}(?:-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/,
  uri: /^[a-zA-Z][a-zA-Z\d+.-]*:[!-~]+$/,
  'json-pointer': /^(?:\/(?:[^/~]|~[01])*)*$/,
  integer: /^(?:0|-?[1-9]\d*)$/,
  number: /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/,
})
const { date, time, email, hostname, uuid, uri, integer, number } = FORMAT_PATTERNS

/** The formats of JSON Schema that texts have here, and three of texts in URLs that are to be numbers or truth values. */
export const FORMATS: Readonly<Record<string, Format>> = Object.freeze({
  date: isDate,
  time: text => time.test(text),
  'date-time': text =>
    /^[Tt ]$/.test(text[10] ?? '') && isDate(text.slice(0, 10)) && time.test(text.slice(11)),
  email: text => text.length <= 254 && email.test(text) && !text.includes('..'),
  hostname: text => text.length <= 253 && hostname.test(text) && text.split('.').every(isLabel),
  ipv4: isIPv4,
  ipv6: isIPv6,
  uuid: text => uuid.test(text),
  uri: text => uri.test(text) && URL.canParse(text),
  'json-pointer': text => FORMAT_PATTERNS['json-pointer'].test(text),
  integer: text => integer.test(text),
  number: text => number.test(text),
  boolean: text => text === 'true' || text === 'false',
})

function isDate(text: string): boolean {
  const [, year, month, day] = date.exec(text) ?? []
  if (day === undefined || Number(month) < 1 || Number(month) > 12) return false
  const daysMax = new Date(Date.UTC(2000 + (Number(year) % 400), Number(month), 0)).getUTCDate()
  return Number(day) >= 1 && Number(day) <= daysMax
}

function isLabel(label: string): boolean {
  return label.length <= 63 && !label.startsWith('-') && !label.endsWith('-')
}

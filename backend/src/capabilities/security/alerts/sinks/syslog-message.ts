import { hostname } from 'node:os'
import type { Level } from '../../types.ts'
import { foreignDocument, type Format } from '../formats/format.ts'
import type { Notice } from '../notice.ts'
import { commandOf } from '../evidence-command.ts'
import { headlineOf } from './words.ts'

/** By the numbers of RFC 5424, section 6.2.1. */
export const FACILITIES = [
  ...(['kern', 'user', 'mail', 'daemon', 'auth', 'syslog', 'lpr', 'news', 'uucp', 'cron'] as const),
  ...(['authpriv', 'ftp', 'ntp', 'audit', 'alert', 'clock'] as const),
  ...(['local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'] as const),
] as const
export type Facility = (typeof FACILITIES)[number]

const SEVERITIES: Readonly<Record<Level, number>> = {
  info: 6,
  low: 5,
  medium: 4,
  high: 3,
  critical: 2,
}

export interface MessageRules {
  readonly facility: Facility
  readonly appName: string
  readonly format: Format
  /** A message that were longer is told shorter. */
  readonly bytesMax: number
}

const NOTHING = '-'
const HOST = printable(hostname(), 255)
const MESSAGE_ID_LENGTH_MAX = 32
/** That RFC 5612 keeps for examples: whoever has no number of IANA's takes it. */
const ENTERPRISE = '32473'
const BYTE_ORDER_MARK = '\ufeff'

/** A notice as a message of RFC 5424: one line, whatever a client has sent. */
export function syslogMessage(notice: Notice, rules: MessageRules): Buffer {
  const head = headOf(notice, rules)
  const room = rules.bytesMax - Buffer.byteLength(head)
  const document = foreignDocument(rules.format, notice)
  if (document === undefined) return cut(`${head}${textOf(notice)}`, rules.bytesMax)
  const whole = asciiOf(document)
  if (whole.length <= room) return Buffer.from(head + whole)
  const short = { ...notice, alert: { ...notice.alert, evidence: [] } }
  return Buffer.from(head + asciiOf(foreignDocument(rules.format, short) ?? {}))
}

function headOf(notice: Notice, { facility, appName }: MessageRules): string {
  const { kind, alert, lastAtMs } = notice
  const priority = FACILITIES.indexOf(facility) * 8 + SEVERITIES[alert.level]
  const id = printable(kind === 'alert' ? alert.rule : kind, MESSAGE_ID_LENGTH_MAX)
  const time = new Date(lastAtMs).toISOString()
  const name = printable(appName, 48)
  return `<${priority}>1 ${time} ${HOST} ${name} ${process.pid} ${id} ${structured(notice)} `
}

/** What programs look for, beside the message for people. */
function structured(notice: Notice): string {
  const { id, kind, key, alert, count, query } = notice
  const { rule, level, mitre, outcome, node, principal } = alert
  const { ip = '', user = '' } = principal
  const command = commandOf(notice)
  const fields = { id, kind, key, rule, level, mitre, outcome, count: String(count), node }
  const values = Object.entries({ ...fields, ip, user, query, command })
  const parameters = values.filter(([, value]) => value !== '')
  const texts = parameters.map(([name, value]) => ` ${name}="${escaped(value)}"`)
  return `[stier@${ENTERPRISE}${texts.join('')}]`
}

/** RFC 5424, section 6.3.3. */
function escaped(value: string): string {
  return oneLine(value).replace(/["\\\]]/g, '\\$&')
}

/** RFC 5424, section 6.4: what is more than ASCII is announced. */
function textOf(notice: Notice): string {
  const text = oneLine(`${headlineOf(notice)}. ${notice.alert.suggestion}`)
  return isAscii(text) ? text : BYTE_ORDER_MARK + text
}

function isAscii(text: string): boolean {
  return /^[ -~]*$/.test(text)
}

/** Controls, line separators and what turns the direction of writing would forge lines. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/gu, '·')
}

/** JSON without a character that any receiver could take for something else. */
function asciiOf(document: object): string {
  return JSON.stringify(document).replace(
    /[^ -~]/g,
    char => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function printable(text: string, lengthMax: number): string {
  const clean = text.replace(/[^!-~]/g, '_').slice(0, lengthMax)
  return clean === '' ? NOTHING : clean
}

/** Never in the middle of a character. */
function cut(text: string, bytesMax: number): Buffer {
  const bytes = Buffer.from(text)
  if (bytes.length <= bytesMax) return bytes
  let end = bytesMax
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return bytes.subarray(0, end)
}

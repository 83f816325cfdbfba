import { isPrincipal, type Measure, type Principal, RESPONSE_KINDS } from '../types.ts'

/** What one process tells the others. Times are told as durations: clocks differ. */
export type News =
  | { readonly kind: 'began'; readonly node: string; readonly measure: SharedMeasure }
  | { readonly kind: 'undone'; readonly node: string; readonly id: string; readonly by: string }
  | {
      readonly kind: 'told'
      readonly node: string
      readonly rule: string
      readonly principal: Principal
      readonly quietForMs: number
    }

/** A measure, with the time that it has left in the place of its times. */
export type SharedMeasure = Omit<Measure, 'sinceMs' | 'untilMs'> & {
  readonly ageMs: number
  readonly lastsMs: number
}

/** Grows when the meaning of a message changes; others are ignored. */
const VERSION = 1
const TEXT_LENGTH_MAX = 2_000
const EVIDENCE_MAX = 20
const LASTS_MS_MAX = 400 * 86_400_000

export function formatNews(news: News): string {
  return JSON.stringify({ v: VERSION, ...news })
}

/** Undefined for what is none: anybody may write on a channel. */
export function parseNews(text: string): News | undefined {
  const value = parsed(text)
  if (value === undefined || value['v'] !== VERSION || !isText(value['node'])) return undefined
  const { kind, node } = value
  switch (kind) {
    case 'began': {
      const measure = readMeasure(value['measure'])
      return measure && { kind, node, measure }
    }
    case 'undone': {
      const { id, by } = value
      return isText(id) && isText(by) ? { kind, node, id, by } : undefined
    }
    case 'told':
      return readTold(value, node)
    default:
      return undefined
  }
}

/** What is left in the place of a measure that was undone. */
export interface UndoneMeasure {
  readonly id: string
  readonly undoneBy: string
}

export function readUndone(value: unknown): UndoneMeasure | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, undoneBy } = value as Fields
  return isText(id) && isText(undoneBy) ? { id, undoneBy } : undefined
}

function readTold(value: Record<string, unknown>, node: string): News | undefined {
  const { rule, principal, quietForMs } = value
  if (!isText(rule) || !isPrincipal(principal) || !isTime(quietForMs)) return undefined
  return { kind: 'told', node, rule, principal, quietForMs }
}

export function shareMeasure(measure: Measure, nowMs: number): SharedMeasure {
  const { sinceMs, untilMs, ...rest } = measure
  return { ...rest, ageMs: Math.max(0, nowMs - sinceMs), lastsMs: Math.max(0, untilMs - nowMs) }
}

/** `lastsMs`: what is left of it, where that is known better. */
export function receivedMeasure(
  { ageMs, lastsMs, ...rest }: SharedMeasure,
  nowMs: number,
  left = lastsMs,
): Measure {
  return { ...rest, sinceMs: nowMs - ageMs - (lastsMs - left), untilMs: nowMs + left }
}

export function readMeasure(value: unknown): SharedMeasure | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { id, kind, principal, rule, reason, evidence, scope, node, ...numbers } = value as Fields
  const { ageMs, lastsMs, offence, delayMs, share } = numbers
  const isRight =
    MEASURE_KINDS.some(name => name === kind) &&
    (scope === 'login' || scope === 'all') &&
    isPrincipal(principal) &&
    [id, rule, reason, node].every(isText) &&
    [ageMs, lastsMs, offence, delayMs, share].every(isTime) &&
    isLines(evidence)
  if (!isRight) return undefined
  const read = { id, kind, principal, rule, reason, evidence, scope, node }
  return { ...read, ageMs, lastsMs, offence, delayMs, share } as SharedMeasure
}

type Fields = Readonly<Record<string, unknown>>

const MEASURE_KINDS = RESPONSE_KINDS.filter(kind => kind !== 'log')

function isLines(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length <= EVIDENCE_MAX && value.every(isText)
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TEXT_LENGTH_MAX
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= LASTS_MS_MAX
}

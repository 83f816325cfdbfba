import type { Asked } from '../../query/cacheability/index.ts'
import type { DatabaseRules } from '../../query/executor/index.ts'
import type { AnswerShape } from '../../query/sql/index.ts'
import type { MediaRequest, PlainMedia, Preferences } from './parse/index.ts'

/** How PostgreSQL is to shape what the headers ask for. */
export function answerShape(
  method: string,
  media: MediaRequest,
  { count }: Preferences,
): AnswerShape {
  const answer = media.kind === 'plan' ? media.answer : media
  return {
    format: method === 'HEAD' ? 'none' : FORMATS[answer.kind],
    handler: answer.kind === 'handler' && method !== 'HEAD' ? answer.handler : undefined,
    stripNulls: 'stripNulls' in answer && answer.stripNulls,
    count,
  }
}

const FORMATS: Readonly<Record<PlainMedia['kind'], AnswerShape['format']>> = Object.freeze({
  json: 'array',
  object: 'object',
  csv: 'csv',
  geojson: 'geojson',
  handler: 'handler',
  other: 'array',
})

/** A text that is the same for equal shapes: what they add to the key of a prepared statement. */
export function shapeKey({ format, handler, stripNulls, count }: AnswerShape): string {
  const made = handler === undefined ? '' : JSON.stringify(handler)
  return `${format} ${stripNulls} ${count ?? ''} ${made}`
}

/** What of that decides whether the answer may be kept. */
export function askedBeside(
  { count, handler }: AnswerShape,
  { kind }: MediaRequest,
  { preRequest }: DatabaseRules,
): Asked {
  return { count, handler, explain: kind === 'plan', preRequest }
}

/** Whether this caller may use aggregate functions. */
export function mayAggregate(role: string, rules: DatabaseRules): boolean {
  return rules.aggregatesEnabled || rules.aggregateRoles.includes(role)
}

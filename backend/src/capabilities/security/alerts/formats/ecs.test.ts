import { expect, test } from 'vitest'
import { anAlert } from '../../../../../tests/support/alerts/an-alert.ts'
import { LEVELS } from '../../types.ts'
import { heartbeatOf, noticeOf, resolvedOf } from '../notice.ts'
import { ecsDocument } from './ecs.ts'

/** Of the fields of ECS 8.11 those that we use, with their types; `[]`: it is a list. All others are in `s_tier`. */
const FIELDS: Readonly<Record<string, string>> = {
  '@timestamp': 'date',
  message: 'text',
  'ecs.version': 'keyword',
  ...{ 'log.level': 'keyword', 'log.logger': 'keyword' },
  ...{ 'event.id': 'keyword', 'event.kind': 'keyword', 'event.action': 'keyword' },
  ...{ 'event.category': 'keyword[]', 'event.type': 'keyword[]', 'event.reason': 'keyword' },
  ...{ 'event.severity': 'long', 'event.start': 'date', 'event.end': 'date' },
  ...{ 'event.module': 'keyword', 'event.dataset': 'keyword', 'event.provider': 'keyword' },
  ...{ 'rule.name': 'keyword', 'rule.id': 'keyword' },
  ...{ 'rule.ruleset': 'keyword', 'rule.description': 'keyword' },
  ...{ 'source.ip': 'ip', 'source.address': 'keyword' },
  ...{ 'user.name': 'keyword', 'user.roles': 'keyword[]' },
  'threat.framework': 'keyword',
  ...{ 'threat.technique.id': 'keyword[]', 'threat.technique.subtechnique.id': 'keyword[]' },
  ...{ 'related.ip': 'ip[]', 'related.user': 'keyword[]' },
  ...{ 'observer.name': 'keyword', 'observer.type': 'keyword' },
  ...{ 'observer.vendor': 'keyword', 'observer.product': 'keyword' },
  ...{ 'service.name': 'keyword', 'service.type': 'keyword', 'service.node.name': 'keyword' },
}

/** The values that ECS 8.11 allows, and which types it expects in a category. */
const KINDS = [
  ...['alert', 'asset', 'enrichment', 'event', 'metric'],
  ...['state', 'pipeline_error', 'signal'],
]
const TYPES_OF_CATEGORY: Readonly<Record<string, readonly string[]>> = {
  intrusion_detection: ['allowed', 'denied', 'info'],
  process: ['access', 'change', 'end', 'info', 'start'],
}
const OUTCOMES = ['failure', 'success', 'unknown']

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  keyword: value => typeof value === 'string' && value !== '',
  text: value => typeof value === 'string' && value !== '',
  date: value => typeof value === 'string' && new Date(value).toISOString() === value,
  long: value => Number.isSafeInteger(value),
  ip: value => typeof value === 'string' && /^[\d.]+$|^[\da-f:]+$/.test(value),
}

/** The fields of a document by their full names, but for our own. */
function fieldsOf(value: object, prefix = ''): readonly (readonly [string, unknown])[] {
  return Object.entries(value).flatMap(([name, field]: [string, unknown]) => {
    const path = `${prefix}${name}`
    if (path === 's_tier') return []
    const isObject = typeof field === 'object' && field !== null && !Array.isArray(field)
    return isObject ? fieldsOf(field, `${path}.`) : [[path, field] as const]
  })
}

const PRINCIPALS = [
  { kind: 'user+ip', user: 'ada', ip: '203.0.113.7' },
  { kind: 'user', user: 'ada', role: 'clerk' },
  { kind: 'ip', ip: '2001:db8::/64' },
  { kind: 'token', token: 7, ip: '2001:db8::1' },
  { kind: 'role+route', role: 'clerk', route: '/orders' },
  { kind: 'all' },
] as const
const NOTICES = [
  ...PRINCIPALS.map(principal => noticeOf(anAlert({ principal }))),
  ...LEVELS.map(level => noticeOf(anAlert({ level, mitre: level === 'low' ? '' : 'T1078' }))),
  ...(['ban', 'revoke', 'tarpit', 'watched'] as const).map(outcome =>
    noticeOf(anAlert({ outcome })),
  ),
  resolvedOf(noticeOf(anAlert())),
  heartbeatOf('beat', 'ops', 'one', 1_000),
]

test('every field is one of ECS, of the type that it has there', () => {
  const used = new Set<string>()
  for (const notice of NOTICES) {
    for (const [path, value] of fieldsOf(ecsDocument(notice))) {
      const type = FIELDS[path]
      expect(type, path).toBeDefined()
      used.add(path)
      const [, name = '', list] = /^(\w+)(\[\])?$/.exec(type ?? '') ?? []
      expect(Array.isArray(value), path).toBe(list !== undefined)
      for (const one of list === undefined ? [value] : (value as unknown[])) {
        expect(TYPES[name]?.(one), `${path}: ${String(one)}`).toBe(true)
      }
    }
  }
  expect([...used].sort()).toEqual(Object.keys(FIELDS).sort())
})

test('kind, category, type and outcome have values that ECS allows, and that belong together', () => {
  for (const notice of NOTICES) {
    const { kind, category, type, ...event } = ecsDocument(notice).event
    expect(KINDS).toContain(kind)
    for (const one of category) {
      expect(Object.keys(TYPES_OF_CATEGORY)).toContain(one)
      for (const each of type) expect(TYPES_OF_CATEGORY[one]).toContain(each)
    }
    if ('outcome' in event) expect(OUTCOMES).toContain(event.outcome)
  }
})

test('what nobody has done is no intrusion', () => {
  const { event } = ecsDocument(heartbeatOf('beat', 'ops', 'one', 1_000))
  expect(event).toMatchObject({ kind: 'event', category: ['process'], type: ['info'] })
})

import { expect, test } from 'vitest'
import { conninfoAt } from './conninfo.ts'
import type { Facts, SeenNode } from './look.ts'
import { planFailover, type Wishes } from './plan.ts'
import { shownNodes, shownPlan } from './shown.ts'

const FACTS: Facts = {
  systemId: '7',
  timeline: 1,
  isTimelineSure: true,
  isStandby: true,
  isReadOnly: false,
  lsn: 100n,
  receivedLsn: 100n,
  committedAt: undefined,
  clockAt: 0,
  isReplayPaused: false,
  startedAt: 'once',
  connectionsMax: 100,
  versionNumber: 180_000,
  isSuperuser: true,
  mayPromote: true,
  role: 'postgres',
  isReceiving: false,
  sender: undefined,
  conninfo: undefined,
  slot: undefined,
}

function node(name: string, facts: Partial<Facts> | undefined): SeenNode {
  return {
    name,
    node: { name, target: {} as never, use: () => expect.unreachable('nobody is asked') },
    facts: facts && { ...FACTS, ...facts },
    problem: facts === undefined ? 'connection refused' : undefined,
  }
}

const primary = (name: string, facts: Partial<Facts> = {}) =>
  node(name, { isStandby: false, receivedLsn: undefined, ...facts })
const standby = (name: string, facts: Partial<Facts> = {}) => node(name, facts)
const gone = (name: string) => node(name, undefined)
const NO_WISHES: Wishes = { isSwitchover: false, to: undefined }
const plan = (nodes: readonly SeenNode[], wishes: Partial<Wishes> = {}) =>
  planFailover(nodes, { ...NO_WISHES, ...wishes })

function promotion(nodes: readonly SeenNode[], wishes: Partial<Wishes> = {}) {
  const made = plan(nodes, wishes)
  if (made.kind !== 'promotion') return expect.unreachable('nothing is planned')
  return made
}

test('a primary that lives is left alone', () => {
  expect(plan([primary('a'), standby('b')])).toMatchObject({
    kind: 'nothing',
    primary: { name: 'a' },
  })
})

test('in its place the standby that received most is promoted, and the others follow it', () => {
  const made = promotion([
    gone('a'),
    standby('b', { receivedLsn: 200n, lsn: 90n }),
    standby('c', { receivedLsn: 300n, lsn: 80n }),
    standby('d', { receivedLsn: undefined, lsn: 250n }),
  ])
  expect(made.primary).toBeUndefined()
  expect(made.candidate.name).toBe('c')
  expect(made.followers.map(({ name }) => name)).toEqual(['b', 'd'])
  expect(made.warnings).toEqual([expect.stringContaining('a does not answer')])
  expect(shownPlan(made)).toBe(
    `Warning: ${made.warnings[0]}\nTo do:\n  1. promote c\n  2. let b receive from c\n  3. let d receive from c\n`,
  )
})

test('a standby of a history that was left is not promoted', () => {
  const old = standby('b', { timeline: 1, receivedLsn: 900n })
  expect(promotion([gone('a'), old, standby('c', { timeline: 2 })]).candidate.name).toBe('c')
})

test('a primary that lives is switched from when that is wanted', () => {
  const fed = { isReceiving: true, sender: 'a' }
  const made = promotion([primary('a'), standby('b', fed), standby('c', fed)], {
    isSwitchover: true,
    to: 'c',
  })
  expect(made).toMatchObject({ primary: { name: 'a' }, candidate: { name: 'c' } })
  expect(shownPlan(made)).toMatch(
    /1\. make a read-only.*\n.*2\. wait until c.*\n.*3\. promote c\n.*4\. let b/,
  )
})

test('one that receives from another standby proves no primary', () => {
  const cascade = [
    gone('a'),
    standby('b', { receivedLsn: 200n }),
    standby('c', { isReceiving: true, sender: 'b' }),
  ]
  expect(promotion(cascade).candidate.name).toBe('b')
})

test.each([
  ['None of the nodes answers', [gone('a'), gone('b')], {}],
  ['not copies of one database', [primary('a'), standby('b', { systemId: '8' })], {}],
  [
    'Several nodes take writes: a (timeline 1), b (timeline 2)',
    [primary('a'), primary('b', { timeline: 2 })],
    {},
  ],
  ['Several nodes take writes', [primary('a'), primary('b')], {}],
  ['a (timeline 1) was replaced', [primary('a'), standby('b', { timeline: 2 })], {}],
  ['it seems to live', [gone('a'), standby('b', { isReceiving: true, sender: 'a' })], {}],
  ['No primary answers', [gone('a'), standby('b')], { isSwitchover: true }],
  [
    'may not keep the primary a',
    [primary('a', { isSuperuser: false }), standby('b')],
    { isSwitchover: true },
  ],
  ['postgres may not promote b', [gone('a'), standby('b', { mayPromote: false })], {}],
  ['There is no standby', [primary('a'), gone('b')], { isSwitchover: true }],
  [
    'replay of b is paused',
    [primary('a'), standby('b', { isReplayPaused: true, isReceiving: true })],
    { isSwitchover: true },
  ],
  ['b receives nothing', [primary('a'), standby('b')], { isSwitchover: true }],
  ['x is no standby', [gone('a'), standby('b')], { to: 'x' }],
  [
    'b has received less than c',
    [gone('a'), standby('b'), standby('c', { receivedLsn: 101n })],
    { to: 'b' },
  ],
] as const)('it refuses: %s', (message, nodes, wishes) => {
  expect(() => plan(nodes, wishes)).toThrow(expect.objectContaining({ code: 'ST220' }))
  expect(() => plan(nodes, wishes)).toThrow(message)
})

test('a former primary that is read-only does not count', () => {
  const fenced = primary('a', { isReadOnly: true })
  const made = plan([fenced, primary('b', { timeline: 2 }), standby('c', { timeline: 2 })])
  expect(made).toMatchObject({ kind: 'nothing', primary: { name: 'b' } })
})

test('nodes are shown with what they say', () => {
  const shown = shownNodes([
    primary('long:5432', { lsn: 0x1_0000_0010n }),
    primary('b', { isReadOnly: true }),
    standby('c', { isReplayPaused: true }),
    standby('d', { isReceiving: true }),
    gone('e'),
  ])
  expect(shown).toBe(
    [
      '  long:5432  primary  timeline 1  at 1/10\n',
      '  b          primary, read-only  timeline 1  at 0/64\n',
      '  c          standby  timeline 1  received 0/64  replayed 0/64  cut off, replay paused\n',
      '  d          standby  timeline 1  received 0/64  replayed 0/64  receiving\n',
      '  e          no answer: connection refused\n',
    ].join(''),
  )
})

test.each([
  ['host=old port=5432 user=repl', 'user=repl host=new.example port=6432'],
  ["user = 'o''x' ", undefined],
  [
    "user='it\\'s' password='a\\\\b c' hostaddr=1.2.3.4",
    "user='it\\'s' password='a\\\\b c' host=new.example port=6432",
  ],
  ['', 'host=new.example port=6432'],
  [
    'sslmode=require application_name=r1 target_session_attrs=any',
    'sslmode=require application_name=r1 host=new.example port=6432',
  ],
  ['service=main', undefined],
  ['postgres://user@old/db', undefined],
  ["user='open", undefined],
])('%j leads elsewhere', (before, after) => {
  expect(conninfoAt(before, 'new.example', 6_432)).toBe(after)
})

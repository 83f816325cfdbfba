import fc from 'fast-check'
import { expect, test } from 'vitest'
import { seed } from '../../../../tests/support/seed.ts'
import type { Change, Coherence, Dependency } from '../types.ts'
import { createChangeLog } from './change-log.ts'
import { createDependents } from './dependents.ts'
import { createSequenceCoherence } from './sequence-coherence.ts'
import { NaiveLog, narrowest } from './testing/naive.ts'
import { fieldsOf, type Row, type Rows } from './testing/rows.ts'

/** `STIER_TEST_CACHE_RUNS=100000` for the whole proof. */
const numRuns = Number(process.env['STIER_TEST_CACHE_RUNS'] ?? 1_000)
const timeout = 30_000 + numRuns * 10

const tags = fc.constantFrom('cars', 'boats')
const keys = fc.array(fc.constantFrom('1', '2', '3', '4'), { maxLength: 3 })
const colours = fc.constantFrom('red', 'blue')
const sizes = fc.constantFrom('s', 'm', null, 'unknown')
const row: fc.Arbitrary<Row> = fc.record({ colour: colours, size: sizes })
const rows: fc.Arbitrary<Rows> = fc.record({
  old: fc.option(row, { nil: undefined }),
  new: fc.option(row, { nil: undefined }),
})

const changes: fc.Arbitrary<Omit<Change<never, Rows>, 'stamp'>> = fc.record({
  tag: tags,
  keys: fc.option(keys, { nil: undefined, freq: 8 }),
  data: fc.option(rows, { nil: undefined, freq: 8 }),
})

const byKeys = fc.record({ tag: tags, keys })
const byIndex = fc
  .tuple(tags, colours, sizes, fc.boolean())
  .map(([tag, colour, size, isTested]) => ({
    ...{ tag, index: { field: 'colour', value: colour } },
    ...(isTested && { test: meets(one => one.colour === colour && one.size === size) }),
  }))
const byTest = fc
  .tuple(tags, sizes)
  .map(([tag, size]) => ({ tag, test: meets(one => one.size === size) }))
const failing = tags.map(tag => ({
  ...{ tag, index: { field: 'size', value: 's' } },
  test: meets(({ size }) => {
    if (size === null) throw new Error('null is not tested')
    return size === 's'
  }),
}))
const whole = tags.map(tag => ({ tag }))

const dependencies: fc.Arbitrary<readonly Dependency<Rows>[]> = fc.array(
  fc.oneof(byKeys, byIndex, byTest, failing, whole),
  { minLength: 1, maxLength: 3 },
)

/** Whether the row was like this before, or is now. What is not known of it may be anything. */
function meets(test: (row: Row) => boolean): (rows: Rows) => boolean {
  return ({ old, new: now }) =>
    (old !== undefined && test(old)) || (now !== undefined && (now.size === 'unknown' || test(now)))
}

/** What a transaction could see: all below `xmin`, and what is not running of those below `xmax`. */
interface Snapshot {
  readonly xmin: number
  readonly xmax: number
  readonly running: readonly number[]
}

const snapshots: Coherence<Snapshot, number> = {
  includes: ({ xmin, xmax, running }, xid) => xid < xmin || (xid < xmax && !running.includes(xid)),
  includesAll: ({ xmin }, upTo) => upTo < xmin,
  later: Math.max,
}

const XIDS = 30
const xids = fc.integer({ min: 1, max: XIDS })
const versions: fc.Arbitrary<Snapshot> = fc
  .tuple(fc.uniqueArray(xids, { maxLength: 4 }), fc.integer({ min: 1, max: XIDS + 1 }))
  .map(([candidates, xmax]) => {
    const running = candidates.filter(xid => xid < xmax)
    return { xmin: Math.min(xmax, ...running), xmax, running }
  })

type Command<Version> =
  | {
      readonly kind: 'add'
      readonly change: Omit<Change<never, Rows>, 'stamp'>
      readonly xid: number
    }
  | { readonly kind: 'flush'; readonly tag: string | undefined; readonly upTo: number | undefined }
  | { readonly kind: 'begin' }
  | {
      readonly kind: 'ask'
      readonly dependencies: readonly Dependency<Rows>[]
      readonly version: Version
      readonly load: number
    }

function commandsOf<Version>(version: fc.Arbitrary<Version>) {
  const add = fc.record({ kind: fc.constant('add' as const), change: changes, xid: xids })
  const flush = fc.record({
    kind: fc.constant('flush' as const),
    tag: fc.option(tags, { nil: undefined, freq: 4 }),
    upTo: fc.option(xids, { nil: undefined, freq: 2 }),
  })
  const ask = fc.record({
    kind: fc.constant('ask' as const),
    ...{ dependencies, version, load: fc.nat({ max: 1_000 }) },
  })
  return fc.array(
    fc.oneof(
      { weight: 8, arbitrary: add },
      { weight: 1, arbitrary: flush },
      { weight: 2, arbitrary: fc.constant({ kind: 'begin' as const }) },
      { weight: 8, arbitrary: ask },
    ),
    { maxLength: 60 },
  )
}

interface Told {
  readonly isOld: boolean
  readonly isTaken: boolean
  readonly isKnown: boolean
}

/** Both hear and are asked the same. */
function askBoth(changesMax: number, given: readonly Command<Snapshot>[]): readonly Told[] {
  const log = createChangeLog({ coherence: snapshots, changesMax, fieldsOf })
  const naive = new NaiveLog(snapshots)
  const loads = [0]
  const told: Told[] = []
  for (const command of given) {
    if (command.kind === 'begin') loads.push(log.flushes)
    else if (command.kind === 'add') {
      const change = { ...command.change, stamp: command.xid }
      log.add(change)
      naive.add(change)
    } else if (command.kind === 'flush') {
      log.flush(command.tag, command.upTo)
      naive.flush(command.tag, command.upTo)
    } else {
      const { version } = command
      const seen = loads[command.load % loads.length]!
      const isTaken = log.madeOld(command.dependencies, version, seen) !== undefined
      const isOld = naive.isOld(command.dependencies, version, seen)
      told.push({ isOld, isTaken, isKnown: log.knows(version, seen) })
    }
    expect(log.flushes).toBe(naive.flushes)
    expect(log.stats().changes).toBeLessThanOrEqual(changesMax)
  }
  return told
}

test(`nothing old is taken for current, however little is remembered, and what is known is judged exactly (seed ${seed})`, {
  timeout,
}, () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), commandsOf(versions), (changesMax, given) => {
      for (const { isOld, isTaken, isKnown } of askBoth(changesMax, given)) {
        if (isOld) expect(isTaken).toBe(true)
        if (isKnown) expect(isTaken).toBe(isOld)
      }
    }),
    { numRuns, seed },
  )
})

test(`with room for everything each answer is that of a log that keeps everything (seed ${seed})`, {
  timeout,
}, () => {
  const noFlushOfAll = commandsOf(versions).map(given =>
    given.filter(command => command.kind !== 'flush' || command.tag !== undefined),
  )
  fc.assert(
    fc.property(noFlushOfAll, given => {
      for (const { isOld, isTaken, isKnown } of askBoth(1_000, given)) {
        expect({ isTaken, isKnown }).toEqual({ isTaken: isOld, isKnown: true })
      }
    }),
    { numRuns, seed },
  )
})

test(`without versions, a value is current exactly if nothing that concerns it was heard since its load began (seed ${seed})`, {
  timeout,
}, () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), commandsOf(fc.nat()), (changesMax, given) => {
      const sequence = createSequenceCoherence()
      const log = createChangeLog({ coherence: sequence, changesMax, fieldsOf })
      const naive = new NaiveLog(sequence)
      const loads = [sequence.version()]
      for (const command of given) {
        if (command.kind === 'begin') loads.push(sequence.version())
        else if (command.kind === 'add') {
          const change = { ...command.change, stamp: sequence.stamp() }
          log.add(change)
          naive.add(change)
        } else if (command.kind === 'flush') {
          const upTo = sequence.stamp()
          log.flush(command.tag, upTo)
          naive.flush(command.tag, upTo)
        } else {
          const version = loads[command.load % loads.length]!
          const isTaken = log.madeOld(command.dependencies, version) !== undefined
          const isOld = naive.isOld(command.dependencies, version, 0)
          if (isOld) expect(isTaken).toBe(true)
          if (log.knows(version)) expect(isTaken).toBe(isOld)
        }
      }
      expect(log.madeOld([{ tag: 'cars' }], sequence.version())).toBeUndefined()
    }),
    { numRuns, seed },
  )
})

const entries = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
const happenings = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('register' as const), entry: entries, dependencies }),
    fc.record({ kind: fc.constant('unregister' as const), entry: entries }),
    fc.record({ kind: fc.constant('change' as const), change: changes, isFollowed: fc.boolean() }),
    fc.record({ kind: fc.constant('under' as const), tag: fc.option(tags, { nil: undefined }) }),
  ),
  { maxLength: 60 },
)

test(`a change finds exactly the entries that it concerns, each once and as narrowly as can be (seed ${seed})`, {
  timeout,
}, () => {
  fc.assert(
    fc.property(happenings, given => {
      const dependents = createDependents({ fieldsOf })
      const registered = new Map<string, readonly Dependency<Rows>[]>()
      for (const command of given) {
        if (command.kind === 'register') {
          dependents.register(command.entry, command.dependencies)
          registered.set(command.entry, command.dependencies)
        } else if (command.kind === 'unregister') {
          dependents.unregister(command.entry)
          registered.delete(command.entry)
        } else if (command.kind === 'under') {
          const { tag } = command
          const expected = [...registered]
            .filter(([, on]) => tag === undefined || on.some(one => one.tag === tag))
            .map(([entry]) => entry)
          expect([...dependents.under(tag)].sort()).toEqual(expected.sort())
        } else {
          const change = { ...command.change, stamp: 0 }
          const expected = [...registered].flatMap(([key, on]) => {
            const precision = narrowest(on, change)
            return precision === undefined ? [] : [{ key, precision }]
          })
          const touched = [...dependents.touched(change)]
          expect(touched.sort(byKey)).toEqual(expected.sort(byKey))
          for (const { key } of command.isFollowed ? touched : []) {
            dependents.unregister(key)
            registered.delete(key)
          }
        }
      }
      for (const entry of registered.keys()) dependents.unregister(entry)
      expect([
        ...dependents.under('cars'),
        ...dependents.under('boats'),
        ...dependents.under(),
      ]).toEqual([])
    }),
    { numRuns, seed },
  )
})

function byKey(one: { readonly key: string }, other: { readonly key: string }): number {
  return one.key < other.key ? -1 : 1
}

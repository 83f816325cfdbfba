import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'
import { BenignWeek } from '../../../backend/src/capabilities/security/testing/benign.ts'
import { createRandom } from '../../../backend/tests/support/random.ts'
import { atMost, type Extent, type Trial } from '../../harness/trial.ts'
import { refused, type Verdict } from './observer.ts'
import { observers } from './observers.ts'
import { ours } from './ours.ts'

const SEED = 7
const DAYS = 4
const HOUR_MS = 3_600_000
/** The nightly job and the shift change of the third day, its broken release, and the changed key of the fourth: hours since the first. */
const SLICE: Readonly<Record<Extent, readonly (readonly [number, number])[]>> = {
  full: [
    [50, 50.5],
    [53.9, 54.4],
    [58.9, 59.5],
    [80.9, 81.4],
  ],
  quick: [[80.95, 81.05]],
}
const WHAT = [
  'requests',
  'found',
  'would wake somebody',
  'bans',
  'users refused',
  'requests refused',
]

export const benign: Trial = {
  name: 'benign',
  title: 'Four days without attacks: who is refused?',
  async run(extent) {
    const events = benignDays()
    const [first] = events
    const isSlice = ({ atMs }: { readonly atMs: number }) =>
      SLICE[extent].some(([from, to]) => isBetween((atMs - (first?.atMs ?? 0)) / HOUR_MS, from, to))
    const slice = events.filter(isSlice)
    const own = await ours.watch(events)
    const whole = figuresOf(events, own)
    const rows = [
      { name: 'S-Tier, all four days', values: whole },
      {
        name: 'S-Tier',
        values: figuresOf(slice, { ...own, findings: own.findings.filter(isSlice) }),
      },
    ]
    const raw: Record<string, Verdict> = { 'S-Tier': own }
    for (const observer of (await observers()).slice(1)) {
      const verdict = await observer.watch(slice)
      rows.push({ name: observer.name, values: figuresOf(slice, verdict) })
      raw[observer.name] = verdict
    }
    return {
      columns: WHAT.map(name => ({ name, digits: 0 })),
      rows,
      bars: [
        atMost('of S-Tier, a day: would wake somebody', (whole[2] ?? NaN) / DAYS, 1),
        atMost('of S-Tier: requests refused', whole[5] ?? NaN, 0),
      ],
      raw: { seed: SEED, ...raw },
    }
  },
}

function benignDays(): readonly SecurityEvent[] {
  const random = createRandom(SEED)
  return [...new BenignWeek(() => random.below(2 ** 32) / 2 ** 32, DAYS).events()]
}

function isBetween(hour: number, from: number, to: number): boolean {
  return hour >= from && hour < to
}

/** In the order of WHAT. */
function figuresOf(
  events: readonly SecurityEvent[],
  { findings, bans }: Verdict,
): readonly number[] {
  const kept = refused(events, bans)
  const users = new Set(kept.flatMap(({ user }) => (user === undefined ? [] : [user])))
  const waking = findings.filter(({ wakes }) => wakes)
  return [events.length, findings.length, waking.length, bans.length, users.size, kept.length]
}

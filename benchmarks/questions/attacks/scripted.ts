import type { SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'
import {
  type Attack,
  ATTACKS,
  MONDAY,
} from '../../../backend/src/capabilities/security/testing/attacks.ts'
import { atLeast, type Trial } from '../../harness/trial.ts'
import type { Finding, Observer, Verdict } from './observer.ts'
import { observers } from './observers.ts'
import { ours } from './ours.ts'
import { asScannersDo } from './scanned.ts'

const ATTACKS_ASKED = { full: ATTACKS.length, quick: 2 }

export const scripted: Trial = {
  name: 'scripted',
  title: 'Which scripted attacks are found, after how many requests',
  async run(extent) {
    const asked = ATTACKS.slice(0, ATTACKS_ASKED[extent])
    const logs = asked.map(requestsOf)
    const all = await observers()
    const results: {
      readonly observer: Observer
      readonly found: Found
      readonly raw: Verdict[]
    }[] = []
    for (const observer of all) {
      const raw = await Promise.all(logs.map(events => observer.watch(events)))
      const found = raw.map(({ findings }, index) => firstOf(findings, observer, asked[index]))
      results.push({ observer, found, raw })
    }
    const count = (found: Found) => found.filter(Boolean).length
    return {
      columns: all.map(({ name }) => ({ name, digits: 0 })),
      rows: [
        ...asked.map(({ name }, index) => ({
          name,
          values: results.map(({ found }) => inWords(found[index])),
        })),
        { name: `found, of ${asked.length}`, values: results.map(({ found }) => count(found)) },
      ],
      bars: [atLeast('attacks found by S-Tier', count(results[0]?.found ?? []), asked.length)],
      versions: Object.fromEntries(
        results.flatMap(({ raw }) => (raw[0]?.version ? [raw[0].version] : [])),
      ),
      raw: Object.fromEntries(results.map(({ observer, found }) => [observer.name, found])),
    }
  },
}

type Found = readonly (Finding | undefined)[]

function requestsOf({ events }: Attack): readonly SecurityEvent[] {
  return asScannersDo([...events()])
}

/** Of S-Tier, only what a rule meant for this attack finds. */
function firstOf(
  findings: readonly Finding[],
  observer: Observer,
  attack: Attack | undefined,
): Finding | undefined {
  return findings.find(({ by }) => observer !== ours || attack?.rules.includes(by))
}

function inWords(finding: Finding | undefined): string {
  if (finding === undefined) return 'no'
  const { afterEvents, atMs, by, done } = finding
  return `${afterEvents}, ${time(atMs - MONDAY)}: ${by} (${done})`
}

function time(ms: number): string {
  if (ms < 120_000) return `${Math.round(ms / 1_000)} s`
  return ms < 7_200_000 ? `${Math.round(ms / 60_000)} min` : `${Math.round(ms / 3_600_000)} h`
}

import type { LimiterFleet } from './fleet.ts'

/** What can happen to a fleet. After `begin` some or all are cut off; after `end` nothing is in the way. */
export interface Fault {
  readonly name: string
  /** How many processes may be for themselves while the others share. */
  readonly apart: 0 | 1
  /** Whether those that it strikes notice it at all. */
  readonly isNoticed: boolean
  begin(fleet: LimiterFleet): unknown
  end(fleet: LimiterFleet): unknown
}

const nothing = (): void => undefined
const all = { apart: 0, isNoticed: true } as const

export const FAULTS: readonly Fault[] = [
  {
    ...{ name: 'a frozen Redis', ...all },
    begin: ({ redis }) => redis.freeze(),
    end: ({ redis }) => redis.thaw(),
  },
  {
    ...{ name: 'a Redis that was killed and is empty', ...all },
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
  },
  {
    ...{ name: 'a Redis that was emptied', ...all },
    begin: ({ redis }) => redis.flush(),
    end: nothing,
  },
  {
    // They may be there again before anybody asks.
    ...{ name: 'connections that are cut', apart: 0, isNoticed: false },
    begin: ({ nodes }) => nodes.forEach(({ network }) => network.reset()),
    end: nothing,
  },
  {
    ...{ name: 'a network that swallows everything', ...all },
    begin: ({ nodes }) => nodes.forEach(({ network }) => network.freeze()),
    end: ({ nodes }) => Promise.all(nodes.map(({ network }) => network.heal())),
  },
  {
    ...{ name: 'scripts that Redis has forgotten', apart: 0, isNoticed: false },
    begin: ({ redis }) => redis.command('script', 'flush'),
    end: nothing,
  },
  {
    ...{ name: 'a process that is frozen', apart: 1, isNoticed: false },
    begin: ({ nodes }) => nodes[1]?.freeze(),
    end: ({ nodes }) => nodes[1]?.thaw(),
  },
  {
    ...{ name: 'a process that is cut off alone', apart: 1, isNoticed: false },
    begin: ({ nodes }) => nodes[2]?.network.freeze(),
    end: ({ nodes }) => nodes[2]?.network.heal(),
  },
]

import type { PeerName } from './contestants.ts'
import type { Scenario } from './rounds.ts'
import type { Store } from './store.ts'

/** What a run answers, by scenarios in which S-Tier stands beside some peers. */
export interface Question {
  /** Names the file of its results. */
  readonly name: string
  readonly peers: readonly PeerName[]
  /** How S-Tier is set up for it. Default: as it comes. */
  readonly settings?: readonly string[]
  /** Called before the servers start, so it may add to the store. */
  scenarios(store: Store): Promise<readonly Scenario[]>
}

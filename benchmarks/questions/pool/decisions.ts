import type { SizingDecision } from '../../../backend/src/capabilities/pool/index.ts'

/** What a pool that adapts answers when it is asked to explain itself; a part of its statistics. */
export interface Explained {
  readonly size: number
  readonly decisions: readonly SizingDecision[]
}

/** The last decisions are enough to see what it was at. */
const SHOWN = 12

/** The sizes that it went through, as a sentence. */
export function explain({ size, decisions }: Explained): string {
  const steps = decisions.slice(-SHOWN).map(({ to, reason }) => `${to} (${reason})`)
  const first = decisions.at(-SHOWN) ?? decisions[0]
  const way = first === undefined ? 'no decision' : [first.from, ...steps].join(', ')
  return `It ended with ${size} connections; its sizes: ${way}`
}

import { formatLsn } from '../../capabilities/replicas/index.ts'
import { reachOf, type SeenNode } from './look.ts'
import type { Plan } from './plan.ts'

/** The nodes as a table. */
export function shownNodes(seen: readonly SeenNode[]): string {
  const width = Math.max(...seen.map(({ name }) => name.length))
  return seen.map(node => `  ${node.name.padEnd(width)}  ${stateOf(node)}\n`).join('')
}

function stateOf({ facts, problem }: SeenNode): string {
  if (facts === undefined) return `no answer: ${problem ?? ''}`
  const { isStandby, isReadOnly, timeline, lsn, isReceiving, isReplayPaused } = facts
  if (!isStandby) {
    const role = isReadOnly ? 'primary, read-only' : 'primary'
    return `${role}  timeline ${timeline}  at ${formatLsn(lsn)}`
  }
  const places = `received ${formatLsn(reachOf(facts))}  replayed ${formatLsn(lsn)}`
  const states = [isReceiving ? 'receiving' : 'cut off', isReplayPaused && 'replay paused']
  return `standby  timeline ${timeline}  ${places}  ${states.filter(Boolean).join(', ')}`
}

/** What would be done. */
export function shownPlan(plan: Plan & { kind: 'promotion' }): string {
  const { primary, candidate, followers, warnings } = plan
  const steps = [
    primary && `make ${primary.name} read-only and end its sessions`,
    primary && `wait until ${candidate.name} has all of it`,
    `promote ${candidate.name}`,
    ...followers.map(({ name }) => `let ${name} receive from ${candidate.name}`),
  ].filter(step => step !== undefined)
  const list = steps.map((step, index) => `  ${index + 1}. ${step}\n`).join('')
  return `${warnings.map(warning => `Warning: ${warning}\n`).join('')}To do:\n${list}`
}

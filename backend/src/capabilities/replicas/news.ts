import type { Election, NodeView } from './election.ts'
import type { ReplicasEvent } from './events.ts'
import type { Placement } from './placement.ts'

/** Who is what, at one moment. */
export interface Situation {
  readonly election: Election
  readonly placements: readonly Placement[]
}

/** What there is to tell of a new situation. */
export function newsOf(
  before: Situation,
  now: Situation,
  nodes: readonly NamedNode[],
): readonly ReplicasEvent[] {
  return [
    ...changeNews(before.election, now.election, nodes),
    ...placementNews(before.placements, now.placements, nodes),
    ...splitNews(before.election, now.election, nodes),
  ]
}

type NamedNode = NodeView & { readonly name: string }

function changeNews(
  before: Election,
  { primary, timeline, takesWrites }: Election,
  nodes: readonly NamedNode[],
): readonly ReplicasEvent[] {
  if (before.primary === primary && before.takesWrites === takesWrites) return []
  const from = nameOf(nodes, before.primary)
  return [{ kind: 'replicas.changed', from, to: nameOf(nodes, primary), timeline, takesWrites }]
}

/** That a node does not answer, or answers again, is told where it is noticed. */
function placementNews(
  before: readonly Placement[],
  now: readonly Placement[],
  nodes: readonly NamedNode[],
): readonly ReplicasEvent[] {
  return now.flatMap(({ ejection }, index): readonly ReplicasEvent[] => {
    const was = before[index]?.ejection
    const node = nameOf(nodes, index) ?? ''
    if (ejection === was || ejection === 'unreachable') return []
    if (ejection !== undefined) return [{ kind: 'replicas.ejected', node, why: ejection }]
    return was === 'unreachable' ? [] : [{ kind: 'replicas.returned', node }]
  })
}

function splitNews(
  before: Election,
  now: Election,
  nodes: readonly NamedNode[],
): readonly ReplicasEvent[] {
  if (now.rivals.length === 0 || before.rivals.length > 0) return []
  const fenced = now.rivals.map(index => ({
    node: nameOf(nodes, index) ?? '',
    timeline: nodes[index]?.answer?.timeline ?? 0,
  }))
  return [{ kind: 'replicas.split-brain', trusted: nameOf(nodes, now.primary), fenced }]
}

function nameOf(nodes: readonly NamedNode[], index: number | undefined): string | undefined {
  return index === undefined ? undefined : nodes[index]?.name
}

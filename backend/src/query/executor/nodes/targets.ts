import {
  parseTarget,
  parseTargets,
  placeOf,
  type Target,
  TargetError,
} from '../../../capabilities/pool/index.ts'

/** One server of the database: where it is, and what it is called. */
export interface NodeTarget {
  /** `db1:5432`. */
  readonly name: string
  readonly target: Target
}

/**
 * The hosts of the URL, then the replicas; what is named twice is one node. Throws ST030, also for a replica with another
 * database: its rows would be others.
 */
export function nodeTargets(url: string, replicas: readonly string[]): readonly NodeTarget[] {
  const targets = [...parseTargets(url), ...replicas.map(each => parseTarget(each))]
  const [first] = targets
  const byName = new Map<string, Target>()
  for (const target of targets) {
    const name = placeOf(target)
    if (target.database !== first?.database) {
      throw new TargetError(
        `the node ${name} is asked for the database '${target.database}', the first one for '${first?.database}'`,
      )
    }
    if (!byName.has(name)) byName.set(name, target)
  }
  return [...byName].map(([name, target]) => ({ name, target }))
}

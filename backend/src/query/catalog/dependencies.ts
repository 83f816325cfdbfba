import type { Definition, PolicyRow, ViewRow } from './read-definitions.ts'
import type { FunctionRow } from './read-functions.ts'
import { FIRST_USER_OID } from './scope.ts'

/** What a view or policy reads, directly or through views, as oids in order. */
export interface Reads {
  readonly relations: readonly number[]
  readonly functions: readonly number[]
}

export interface Dependencies {
  ofView(oid: number): Reads
  ofPolicy(policy: PolicyRow): Reads
}

const NOTHING: Reads = Object.freeze({ relations: [], functions: [] })

/** Every function that some view or policy calls, those of the server included. */
export function allCalled(definitions: readonly Definition[]): readonly number[] {
  return sorted(new Set(definitions.flatMap(one => one.functions)))
}

/** Follows views. Immutable functions that came with the server are left out: they cannot read anything. */
export function traceDependencies(
  views: readonly ViewRow[],
  functions: readonly Pick<FunctionRow, 'oid' | 'volatility'>[],
): Dependencies {
  const viewsByOid = new Map(views.map(view => [view.oid, view]))
  const harmless = new Set(
    functions.filter(call => call.oid < FIRST_USER_OID && call.volatility === 'i').map(f => f.oid),
  )

  function trace(start: Definition, self: number): Reads {
    const relations = new Set<number>()
    const called = new Set<number>()
    const pending = [start]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      for (const oid of next.functions) if (!harmless.has(oid)) called.add(oid)
      for (const oid of next.relations) {
        if (relations.has(oid) || oid === self) continue
        relations.add(oid)
        const view = viewsByOid.get(oid)
        if (view !== undefined) pending.push(view)
      }
    }
    return { relations: sorted(relations), functions: sorted(called) }
  }

  return {
    ofView(oid) {
      const view = viewsByOid.get(oid)
      return view === undefined ? NOTHING : trace(view, oid)
    },
    ofPolicy: policy => trace(policy, policy.relation),
  }
}

function sorted(oids: ReadonlySet<number>): readonly number[] {
  return [...oids].sort((one, other) => one - other)
}

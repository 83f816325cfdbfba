import { joinReads } from './expression-reads.ts'
import { groupBy } from './group-by.ts'
import type { NamedCall } from './body-text.ts'
import { type ReadFunction, takes } from './read-functions.ts'
import { settingsMap } from './settings.ts'
import type { Call, CalledFunction, ExpressionReads } from './types.ts'
import { volatilityOf } from './volatility.ts'

const KINDS = Object.freeze({ f: 'function', a: 'aggregate', w: 'window', p: 'procedure' } as const)

/** The functions that were read, by oid, with the calls that their texts name found among them. */
export function findCalledFunctions(
  rows: readonly ReadFunction[],
): ReadonlyMap<number, CalledFunction> {
  const byName = groupBy(rows, row => row.name)
  return new Map(
    rows.map(row => {
      const { oid, schema, name, signature, language, securityDefiner } = row
      const called: CalledFunction = {
        oid,
        schema,
        name,
        signature,
        language,
        securityDefiner,
        kind: KINDS[row.kind],
        volatility: volatilityOf(row.volatility),
        settings: settingsMap(row.settings ?? []),
        reads: readsOf(row, byName),
      }
      return [oid, called]
    }),
  )
}

function readsOf(
  { expression, named, tree }: ReadFunction,
  byName: ReadonlyMap<string, readonly ReadFunction[]>,
): ExpressionReads | undefined {
  if (tree !== null || expression === undefined) return expression
  if (named === undefined) return undefined
  const { words } = named
  const calls = named.calls.map(call => meant(call, byName.get(call.name) ?? []))
  return joinReads(expression, { relations: [], calls, words, textTo: [], unknown: [] })
}

/** Which overload is meant depends on types and on the search path, so it may be any that takes as many arguments. */
function meant(call: NamedCall, candidates: readonly ReadFunction[]): Call {
  const { schema, argument, key, isResult } = call
  const reachable = candidates.filter(
    row => (schema === undefined || row.schema === schema) && takes(row, call.arguments),
  )
  return { functions: reachable.map(row => row.oid), argument, key, isResult }
}

import { sql } from '../../base/index.ts'
import { readBody, type BodyReads } from './body-text.ts'
import { joinReads, readsOf } from './expression-reads.ts'
import type { Reader } from './reader.ts'
import type { ExpressionReads } from './types.ts'

export interface FunctionRow {
  readonly oid: number
  readonly schema: string
  readonly name: string
  readonly signature: string
  readonly kind: 'f' | 'a' | 'w' | 'p'
  readonly language: string
  readonly volatility: 'i' | 's' | 'v'
  readonly securityDefiner: boolean
  readonly owner: string
  readonly settings: readonly string[] | null
  /** The parsed body of SQL's own form; null for a body that is a text. */
  readonly tree: string | null
  /** Null for what came with the server, and for volatile functions. */
  readonly source: string | null
  /** The parsed defaults of its parameters, which a call that leaves them out does not show. */
  readonly defaults: string | null
  readonly parameters: readonly string[] | null
  /** Columns of its one parameter that is a row; empty where there are more of them. */
  readonly columns: readonly string[]
  readonly argumentsMin: number
  readonly argumentsMax: number | null
}

/** A function, and what it reads: its body, in names where that is a text, and the defaults of its parameters. */
export interface ReadFunction extends FunctionRow {
  readonly expression: ExpressionReads | undefined
  readonly named: BodyReads | undefined
}

/** A text with a backslash is refused anyway; one of 4,000 characters and more is longer than the grammar reads. */
const FUNCTIONS = sql`
  select p.oid::bigint as oid, n.nspname as schema, p.proname as name,
    case when p.oid < 16384 then p.oid::regprocedure::text else '' end as signature,
    p.prokind as kind, l.lanname as language, p.provolatile as volatility,
    p.prosecdef as "securityDefiner", pg_get_userbyid(p.proowner) as owner, p.proconfig as settings,
    case when p.provolatile <> 'v' and p.oid >= 16384 then p.prosqlbody::text end as tree,
    case when p.provolatile <> 'v' and p.oid >= 16384 and l.lanname in ('sql', 'plpgsql') and p.prosqlbody is null
      then left(p.prosrc, 4100) end as source,
    case when p.provolatile <> 'v' and p.oid >= 16384 then p.proargdefaults::text end as defaults,
    p.proargnames as parameters,
    array(
      select a.attname from unnest(p.proargtypes) as argument
      join pg_type t on t.oid = argument and t.typtype = 'c'
      join pg_attribute a on a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
      where 1 = (
        select count(*) from unnest(p.proargtypes) as other
        join pg_type c on c.oid = other and c.typtype = 'c'
      )
      order by a.attnum
    ) as columns,
    p.pronargs - p.pronargdefaults - (p.provariadic <> 0)::int as "argumentsMin",
    case when p.provariadic = 0 then p.pronargs end as "argumentsMax"
  from pg_proc p
  join pg_namespace n on n.oid = p.pronamespace
  join pg_language l on l.oid = p.prolang`

const BY_OID = sql`
  ${FUNCTIONS}
  where p.oid in (select json_array_elements_text($1::json)::oid)
  order by p.oid`

const BY_NAME = sql`
  ${FUNCTIONS}
  where p.proname in (select json_array_elements_text($1::json))
    and p.oid not in (select json_array_elements_text($2::json)::oid)
  order by p.oid`

/** The functions by oid, wherever they are, and all that these call in turn. */
export async function readFunctions(
  reader: Reader,
  oids: readonly number[],
): Promise<readonly ReadFunction[]> {
  const known = new Map<number, ReadFunction>()
  const names = new Set<string>()
  const add = (rows: readonly FunctionRow[]) => {
    const added = rows.map(withReads)
    for (const row of added) known.set(row.oid, row)
    return added
  }
  let next = add(await reader.rows<FunctionRow>(BY_OID, oids))
  while (next.length > 0) {
    const called = next.flatMap(row => row.expression?.calls.flatMap(call => call.functions) ?? [])
    const unread = [...new Set(called)].filter(oid => !known.has(oid))
    const named = next.flatMap(row => row.named?.calls.map(call => call.name) ?? [])
    const unknown = [...new Set(named)].filter(name => !names.has(name))
    next = unread.length === 0 ? [] : add(await reader.rows<FunctionRow>(BY_OID, unread))
    if (unknown.length === 0) continue
    for (const name of unknown) names.add(name)
    next = [...next, ...add(await reader.rows<FunctionRow>(BY_NAME, unknown, [...known.keys()]))]
  }
  return [...known.values()]
}

function withReads(row: FunctionRow): ReadFunction {
  const { tree, source, language, columns } = row
  if (tree !== null) {
    return { ...row, expression: joinReads(readsOf(tree), defaultsOf(row)), named: undefined }
  }
  if (source === null) return { ...row, expression: undefined, named: undefined }
  const parameters = (row.parameters ?? []).filter(name => name !== '')
  return {
    ...row,
    expression: defaultsOf(row),
    named: readBody(language, source, { parameters, columns }),
  }
}

/** A default is an argument, and no answer of the function. */
function defaultsOf({ defaults }: FunctionRow): ExpressionReads {
  const reads = readsOf(defaults ?? '')
  return { ...reads, calls: reads.calls.map(call => ({ ...call, isResult: false })) }
}

/** Whether a call with so many arguments could be of it. */
export function takes({ argumentsMin, argumentsMax }: FunctionRow, given: number): boolean {
  return given >= argumentsMin && given <= (argumentsMax ?? given)
}

import {
  type Call,
  type CalledFunction,
  type Catalog,
  type ExpressionReads,
  type Relation,
  relationKey,
} from '../catalog/index.ts'
import type { ClaimsRead } from './claims.ts'
import { type CatalogIndex, indexOf } from './index-of.ts'
import { FIRST_USER_OID } from './kinds.ts'
import { Reasons } from './reasons.ts'
import { isClock, isHarmless, makesJson } from './server-functions.ts'
import { readsClock } from './time-types.ts'

/**
 * Everything that an answer may come from: followed from relations and functions through views, policies and bodies of
 * functions. What cannot be followed is a reason.
 */
export class Reach {
  readonly reasons = new Reasons()
  /** Tables and materialized views of which any row may count. */
  readonly whole = new Map<number, Relation>()
  readonly #catalog: Catalog
  readonly #index: CatalogIndex
  readonly #claims = new Set<string>()
  #readsAllClaims = false
  /** Where it has been: functions by oid and what is looked at of their answer, relations by oid. */
  readonly #seen = new Set<string>()

  constructor(catalog: Catalog) {
    this.#catalog = catalog
    this.#index = indexOf(catalog)
  }

  get claims(): ClaimsRead {
    if (this.#readsAllClaims) return 'all'
    return this.#claims.size === 0 ? 'none' : [...this.#claims].sort()
  }

  get hasJsonCasts(): boolean {
    return this.#index.hasJsonCasts
  }

  /** A relation whose rows are told apart by the caller: what stands before it, and its policies. */
  enter(relation: Relation): void {
    const name = `${relation.schema}.${relation.name}`
    if (relation.isTemporary) this.reasons.add('temporary-table', name)
    if (relation.kind === 'foreign-table') this.reasons.add('foreign-table', name)
    if (relation.kind === 'view') this.#expression(relation.reads, name, undefined)
    if (!relation.rowSecurity) return
    // Which of them hold depends on the role, which is in the key: all of them count.
    for (const { command, reads, name: policy } of relation.policies) {
      if (command !== 'all' && command !== 'select') continue
      this.#expression(reads, `The policy '${policy}' of ${name}`, undefined)
    }
  }

  /** A function that the request calls by its name; any of its overloads may be meant. */
  call(schema: string, name: string): void {
    const overloads = this.#index.functions.get(relationKey(schema, name))
    if (overloads === undefined) this.reasons.add('unanalysable-function', `${schema}.${name}`)
    for (const called of overloads ?? []) this.#function(called, undefined, undefined)
  }

  /** One function, by oid. */
  callRoutine(oid: number, name: string): void {
    const called = this.#catalog.functions.get(oid)
    if (called === undefined) this.reasons.add('unanalysable-function', name)
    else this.#function(called, undefined, undefined)
  }

  #expression(reads: ExpressionReads | undefined, subject: string, key: string | undefined): void {
    if (reads === undefined) {
      this.reasons.add('unanalysable-expression', subject)
      return
    }
    for (const node of reads.unknown) {
      this.reasons.add('unanalysable-expression', `${subject}, ${node},`)
    }
    if (reads.words.includes('clock')) this.reasons.add('clock', `${subject}: it`)
    if (reads.words.includes('schema')) this.reasons.add('setting', 'current_schema')
    for (const type of reads.textTo) this.#textTo(type, subject)
    for (const oid of reads.relations) this.#relation(oid)
    for (const call of reads.calls) this.#call(call, key, subject)
  }

  #textTo(type: number, subject: string): void {
    if (readsClock(type)) this.reasons.add('clock', `${subject}: a text read as a time`)
    const isEnum = this.#catalog.types.get(type)?.kind === 'enum'
    if (type >= FIRST_USER_OID && !isEnum) this.reasons.add('type', `${subject}: a value`)
  }

  #relation(oid: number): void {
    if (!this.#isNew(`relation ${oid}`)) return
    const relation = this.#index.relations.get(oid)
    if (oid < FIRST_USER_OID) {
      this.reasons.add('system-catalog', `The relation with oid ${oid}`)
    } else if (relation === undefined) {
      this.reasons.add('unknown-relation', `The relation with oid ${oid}`)
    } else {
      if (relation.kind !== 'view') this.whole.set(oid, relation)
      this.enter(relation)
    }
  }

  /** `key`: what is looked at of the answer of the expression that the call stands in. */
  #call(call: Call, key: string | undefined, subject: string): void {
    if (call.functions.length === 0) {
      this.reasons.add('unanalysable-expression', `${subject}: a call`)
    }
    const looked = call.key ?? (call.isResult ? key : undefined)
    for (const oid of call.functions) {
      const called = this.#catalog.functions.get(oid)
      if (called === undefined) this.reasons.add('unanalysable-function', `${subject}: a function`)
      else this.#function(called, looked, call.argument)
    }
  }

  #function(called: CalledFunction, key: string | undefined, argument: string | undefined): void {
    const name = `${called.schema}.${called.name}`
    if (called.oid < FIRST_USER_OID) {
      this.#ofServer(called, key, argument)
    } else if (called.volatility === 'volatile') {
      this.reasons.add('volatile-function', name)
    } else if (called.kind !== 'function') {
      this.reasons.add('unanalysable-function', name)
    } else if (COMPILED.has(called.language)) {
      // Made by those who may crash the server: their word is taken for it that nothing but the arguments counts.
      if (called.volatility !== 'immutable') this.reasons.add('unanalysable-function', name)
    } else if (called.reads === undefined || hidesServer(called)) {
      this.reasons.add('unanalysable-function', name)
    } else if (this.#isNew(`function ${called.oid} ${key ?? ''} ${key === undefined}`)) {
      this.#expression(called.reads, name, key)
    }
  }

  #ofServer(
    { name, signature, volatility }: CalledFunction,
    key: string | undefined,
    argument: string | undefined,
  ): void {
    if (name === 'current_setting') {
      this.#setting(argument, key)
    } else if (isClock(name) && volatility !== 'immutable' && !isHarmless(name, signature)) {
      this.reasons.add('clock', `${name}()`)
    } else if (volatility === 'volatile') {
      this.reasons.add('server-function', `${name}()`)
    } else if (volatility === 'stable' && !isHarmless(name, signature)) {
      this.reasons.add('server-function', `${name}()`)
    } else if (makesJson(name) && volatility === 'stable' && this.#index.hasJsonCasts) {
      this.reasons.add('type', `${name}()`)
    }
  }

  #setting(name: string | undefined, key: string | undefined): void {
    const setting = name?.toLowerCase()
    if (setting === 'role') return
    if (setting === 'request.jwt.claims' || setting === 'request.jwt.claim') {
      if (key === undefined) this.#readsAllClaims = true
      else this.#claims.add(key)
    } else if (name !== undefined && setting?.startsWith(ONE_CLAIM)) {
      // The form of old: nobody sets it any more, but who does would set it to this claim.
      this.#claims.add(name.slice(ONE_CLAIM.length))
    } else {
      this.reasons.add('setting', name === undefined ? 'A setting of any name' : `'${name}'`)
    }
  }

  #isNew(place: string): boolean {
    if (this.#seen.has(place)) return false
    this.#seen.add(place)
    return true
  }
}

const ONE_CLAIM = 'request.jwt.claim.'
const COMPILED: ReadonlySet<string> = new Set(['c', 'internal'])

/** With pg_catalog behind another schema, names mean what somebody else has made of them. */
function hidesServer({ settings }: CalledFunction): boolean {
  const path = settings
    .get('search_path')
    ?.split(',')
    .map(name => name.trim().replaceAll('"', ''))
  return path?.slice(1).includes('pg_catalog') ?? false
}

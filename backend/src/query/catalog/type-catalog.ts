import { assert } from '../../base/index.ts'
import type { TypeRow } from './read-types.ts'
import type { TypeDefinition, TypeRef } from './types.ts'

/** The types that columns and functions use, by oid. */
export interface TypeCatalog {
  row(oid: number): TypeRow
  /** `formatted` when a column narrows the type, as in `numeric(10,2)`. */
  reference(oid: number, formatted?: string): TypeRef
  /** The row at the bottom of a domain's chain, the row itself otherwise. */
  base(oid: number): TypeRow
  /** Whether the type, or a domain on the way down, refuses nulls. */
  isNotNull(oid: number): boolean
  /** Default of the type, or of the nearest domain on the way down. */
  defaultOf(oid: number): string | null
  /** The modifier that a domain puts on the type below it; -1 without one. */
  modifierOf(oid: number): number
  /** Every type that was read, by oid. */
  definitions(): ReadonlyMap<number, TypeDefinition>
}

const KINDS: Readonly<Record<TypeRow['kind'], TypeRef['kind']>> = Object.freeze({
  b: 'base',
  c: 'composite',
  d: 'domain',
  e: 'enum',
  m: 'multirange',
  p: 'pseudo',
  r: 'range',
})

export function createTypeCatalog(rows: readonly TypeRow[]): TypeCatalog {
  const byOid = new Map(rows.map(row => [row.oid, row]))
  const references = new Map<string, TypeRef>()

  function row(oid: number): TypeRow {
    const found = byOid.get(oid)
    assert(found, `type ${oid} was read`)
    return found
  }
  /** From the type down to what its domains stand on. */
  function chain(oid: number): readonly TypeRow[] {
    const top = row(oid)
    return top.kind === 'd' ? [top, ...chain(top.base)] : [top]
  }
  function base(oid: number): TypeRow {
    const top = row(oid)
    return top.kind === 'd' ? base(top.base) : top
  }

  function reference(oid: number, formatted = row(oid).formatted): TypeRef {
    const key = `${oid} ${formatted}`
    const known = references.get(key)
    if (known) return known
    const created = createReference(row(oid), base(oid), formatted)
    references.set(key, created)
    return created
  }
  function modifierOf(oid: number): number {
    return chain(oid).find(type => type.modifier !== -1)?.modifier ?? -1
  }
  /** The base type as the nearest domain that narrows it writes it. */
  function narrowedBase(oid: number): string {
    const domains = chain(oid).filter(type => type.kind === 'd')
    const narrowing = domains.find(type => type.modifier !== -1) ?? domains.at(-1)
    return narrowing?.baseFormatted ?? row(oid).formatted
  }
  function define(type: TypeRow): TypeDefinition {
    const { oid, labels, attributes, comment, castToJson, deterministic } = type
    const checks = chain(oid).flatMap(type => type.checks)
    const maxLength = lengthOf(base(oid), modifierOf(oid))
    const typed = attributes.map(({ name, type, formatted }) => ({
      name,
      type: reference(type, formatted),
    }))
    const constraints = [...chain(oid)].reverse().flatMap(type => type.constraints)
    const notNull = chain(oid).some(type => type.notNull)
    const described = { labels, attributes: typed, comment, checks, maxLength, castToJson }
    const held = { constraints, notNull, baseFormatted: narrowedBase(oid), deterministic }
    return { ...reference(oid), ...described, ...held }
  }

  return {
    row,
    base,
    reference,
    definitions: () => new Map(rows.map(type => [type.oid, define(type)])),
    isNotNull: oid => chain(oid).some(type => type.notNull),
    defaultOf: oid => chain(oid).find(type => type.default !== null)?.default ?? null,
    modifierOf,
  }
}

/** The n of `varchar(n)` and `char(n)`: their modifier is the length and 4 more. Null for every other type. */
export function lengthOf(base: TypeRow, modifier: number): number | null {
  const isText = base.name === 'varchar' || base.name === 'bpchar'
  return isText && modifier !== -1 ? modifier - 4 : null
}

function createReference(type: TypeRow, base: TypeRow, formatted: string): TypeRef {
  return Object.freeze({
    oid: type.oid,
    schema: type.schema,
    name: type.name,
    formatted,
    baseOid: base.oid,
    kind: KINDS[type.kind],
    elementOid: base.element === 0 ? null : base.element,
  })
}

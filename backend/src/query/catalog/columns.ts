import { literal, type Sql, sql, storedExpression } from '../../base/index.ts'
import { parsePrivileges } from './privileges.ts'
import type { ColumnRow } from './read-columns.ts'
import { lengthOf, type TypeCatalog } from './type-catalog.ts'
import type { Column } from './types.ts'
import { WRITE_BITS, type Writability } from './writability.ts'

const IDENTITIES = Object.freeze({ a: 'always', d: 'by-default', '': null } as const)
const GENERATED = Object.freeze({ s: 'stored', v: 'virtual', '': null } as const)

export function createColumn(row: ColumnRow, types: TypeCatalog, isWritable: Writability): Column {
  return {
    name: row.name,
    position: row.position,
    type: types.reference(row.type, row.formatted ?? undefined),
    nullable: !row.notNull && !types.isNotNull(row.type),
    comment: row.comment,
    default: defaultOf(row, types),
    filledWith: filledWith(row, types),
    identity: IDENTITIES[row.identity],
    generated: GENERATED[row.generated],
    enumLabels: types.base(row.type).labels,
    maxLength: maxLengthOf(row, types),
    deterministic: row.deterministic,
    checks: row.checks ?? [],
    insertable: isWritable(row.relation, row.position, WRITE_BITS.insert),
    updatable: isWritable(row.relation, row.position, WRITE_BITS.update),
    privileges: row.privileges === null ? [] : parsePrivileges(row.privileges),
  }
}

/** The column's own default, otherwise that of its domain. */
function defaultOf(row: ColumnRow, types: TypeCatalog): string | null {
  if (row.generated !== '' || row.identity !== '') return null
  return row.default ?? types.defaultOf(row.type)
}

/** PostgreSQL has printed the sequence's name as SQL wants it. */
function filledWith(row: ColumnRow, types: TypeCatalog): Sql | null {
  if (row.sequence !== null) return sql`nextval(${literal(row.sequence)}::regclass)`
  const expression = defaultOf(row, types)
  return expression === null ? null : storedExpression(expression)
}

function maxLengthOf(row: ColumnRow, types: TypeCatalog): number | null {
  const modifier = row.modifier === -1 ? types.modifierOf(row.type) : row.modifier
  return lengthOf(types.base(row.type), modifier)
}

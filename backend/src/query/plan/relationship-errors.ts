import { STierError } from '../../base/index.ts'
import type { ForeignKeyRelationship, ManyToManyRelationship } from '../catalog/index.ts'

/** A relationship that a foreign key makes: only of these can several fit one embed. */
export type KeyRelationship = ForeignKeyRelationship | ManyToManyRelationship

/** What an embed was looking for. */
export interface Searched {
  readonly schema: string
  readonly parent: string
  readonly target: string
  readonly hint: string | undefined
}

/** Nothing leads from the one relation to the other. */
export class RelationshipNotFoundError extends STierError {
  readonly code = 'PGRST200'
  readonly status = 400

  constructor({ schema, parent, target, hint: used }: Searched, hint: string | undefined) {
    const using = used === undefined ? '' : ` using the hint '${used}'`
    super(`Could not find a relationship between '${parent}' and '${target}' in the schema cache`, {
      details:
        `Searched for a foreign key relationship between '${parent}' and '${target}'${using} ` +
        `in the schema '${schema}', but no matches were found.`,
      hint,
    })
  }
}

/** Several relationships fit; the details list them and the hint says how to choose. */
export class AmbiguousRelationshipError extends STierError {
  readonly code = 'PGRST201'
  readonly status = 300

  constructor({ parent, target }: Searched, found: readonly KeyRelationship[]) {
    const choices = found.map(choice => `'${choice.to.name}!${nameOf(choice)}'`).join(', ')
    super(
      `Could not embed because more than one relationship was found for '${parent}' and '${target}'`,
      {
        details: found.map(describe),
        hint:
          `Try changing '${target}' to one of the following: ${choices}. ` +
          `Find the desired relationship in the 'details' key.`,
      },
    )
  }
}

/** What an embed writes after `!` to mean this relationship. */
function nameOf(relationship: KeyRelationship): string {
  return relationship.kind === 'many-to-many' ? relationship.junction.name : relationship.constraint
}

function describe(relationship: KeyRelationship): Readonly<Record<string, string>> {
  return {
    cardinality: relationship.kind,
    embedding: `${relationship.from.name} with ${relationship.to.name}`,
    relationship: pathOf(relationship),
  }
}

function pathOf(relationship: KeyRelationship): string {
  if (relationship.kind === 'many-to-many') {
    const [toFrom, toTo] = relationship.constraints
    const fromColumns = columns(relationship.fromColumns.map(pair => pair[1]))
    const toColumns = columns(relationship.toColumns.map(pair => pair[0]))
    return `${relationship.junction.name} using ${toFrom}${fromColumns} and ${toTo}${toColumns}`
  }
  const { from, to, constraint } = relationship
  const fromColumns = columns(relationship.columns.map(pair => pair[0]))
  const toColumns = columns(relationship.columns.map(pair => pair[1]))
  return `${constraint} using ${from.name}${fromColumns} and ${to.name}${toColumns}`
}

function columns(names: readonly string[]): string {
  return `(${names.join(', ')})`
}

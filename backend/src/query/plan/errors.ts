import { STierError } from '../../base/index.ts'

/** A part of the query that no grammar allows: an unknown operator, aggregate or type name. */
export class InvalidQueryError extends STierError {
  readonly code = 'PGRST100'
  readonly status = 400

  constructor(message: string, details: string) {
    super(message, { details })
  }
}

/** The request names a schema that is not exposed. */
export class SchemaNotExposedError extends STierError {
  readonly code = 'PGRST106'
  readonly status = 406

  constructor(schema: string, exposed: readonly string[]) {
    const hint = `Only the following schemas are exposed: ${exposed.join(', ')}`
    super(`Invalid schema: ${schema}`, { hint })
  }
}

/** A filter, order or range speaks of an embed that the select does not have. */
export class NotEmbeddedError extends STierError {
  readonly code = 'PGRST108'
  readonly status = 400

  /** `alias`: what 'select' calls it instead. */
  constructor(name: string, alias?: string) {
    const hint =
      alias === undefined
        ? `Verify that '${name}' is included in the 'select' query parameter.`
        : `In 'select' it has the alias '${alias}': use that.`
    super(`'${name}' is not an embedded resource in this request`, { hint })
  }
}

/** An order by a related column, where a row has many related ones. */
export class RelatedOrderError extends STierError {
  readonly code = 'PGRST118'
  readonly status = 400

  constructor(parent: string, embed: string) {
    const details = `'${parent}' and '${embed}' do not form a many-to-one or one-to-one relationship`
    super(`A related order on '${embed}' is not possible`, { details })
  }
}

/** A filter on an embed as a whole that asks something else than whether there is one. */
export class EmbedFilterError extends STierError {
  readonly code = 'PGRST120'
  readonly status = 400

  constructor(embed: string) {
    const details = 'Only is null or not is null filters are allowed on embedded resources'
    super(`Bad operator on the '${embed}' embedded resource`, { details })
  }
}

/** Aggregates are off, or off for this role. */
export class AggregatesNotAllowedError extends STierError {
  readonly code = 'PGRST123'
  readonly status = 400

  constructor() {
    super('Use of aggregate functions is not allowed', {
      hint:
        'The server allows them to everybody with database.aggregatesEnabled, ' +
        'or to some roles with database.aggregateRoles.',
    })
  }
}

/** Understood, but there is no such feature. */
export class NotImplementedError extends STierError {
  readonly code = 'PGRST127'
  readonly status = 400

  constructor(details: string) {
    super('Feature not implemented', { details })
  }
}

/** The schema has no such table or view. */
export class RelationNotFoundError extends STierError {
  readonly code = 'PGRST205'
  readonly status = 404

  constructor(schema: string, name: string, similar: string | undefined) {
    const hint = similar && `Perhaps you meant the table '${schema}.${similar}'`
    super(`Could not find the table '${schema}.${name}' in the schema cache`, { hint })
  }
}

/** In the words of PostgreSQL, which would have answered it had the statement been sent. */
export class ColumnNotFoundError extends STierError {
  readonly code = '42703'
  readonly status = 400

  constructor(relation: string, name: string, similar: string | undefined) {
    const hint = similar && `Perhaps you meant to reference the column "${relation}.${similar}".`
    super(`column ${relation}.${name} does not exist`, { hint })
  }
}

/** Two embeds would have one key in the answer. The code is PostgreSQL's `duplicate_alias`. */
export class DuplicateEmbedError extends STierError {
  readonly code = '42712'
  readonly status = 400

  constructor(name: string) {
    const hint = `Give one of them an alias, as in 'other:${name}(…)'.`
    super(`table name "${name}" specified more than once`, { hint })
  }
}

/** An order of grouped rows by what they are not grouped by. In the words of PostgreSQL, which would refuse it too. */
export class NotGroupedError extends STierError {
  readonly code = '42803'
  readonly status = 400

  constructor(relation: string, name: string) {
    const message = `column "${relation}.${name}" must appear in the GROUP BY clause or be used in an aggregate function`
    super(message, {
      hint: 'Select the column as well: what stands beside an aggregate is grouped by.',
    })
  }
}

/** Embeds or conditions nested deeper than any statement should be. */
export class NestingError extends STierError {
  readonly code = 'ST120'
  readonly status = 400

  constructor(depthMax: number) {
    super(`The query is nested too deeply: ${depthMax} levels are allowed`)
  }
}

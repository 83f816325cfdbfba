import { STierError } from '../../../base/index.ts'
import type { Relation } from '../../../query/catalog/index.ts'

/** A PUT is about one row, whose key it names: a range of rows means nothing. The code and words are PostgREST's. */
export class PutRangeError extends STierError {
  readonly code = 'PGRST114'
  readonly status = 400

  constructor() {
    super('limit/offset querystring parameters are not allowed for PUT')
  }
}

/**
 * The relation takes no such write, whoever asks: a view that is not updatable and has no INSTEAD OF trigger, or a materialized
 * view. The codes are those that PostgreSQL would answer.
 */
export class NotWritableError extends STierError {
  readonly code: '42809' | '55000'
  readonly status = 405

  constructor({ kind, name }: Relation, verb: string, allow: string) {
    const isMaterialized = kind === 'materialized-view'
    const message = isMaterialized
      ? `cannot change materialized view "${name}"`
      : `cannot ${verb} ${kind.replace('-', ' ')} "${name}"`
    const hint = kind === 'view' ? 'An INSTEAD OF trigger would do it.' : undefined
    super(message, { hint, headers: { allow } })
    this.code = isMaterialized ? '42809' : '55000'
  }
}

/**
 * Two rows of one merge have the same key: PostgreSQL will not write a row twice in a statement. Its words, as the client's
 * mistake that it is (PostgREST answers 500).
 */
export class RepeatedKeyError extends STierError {
  readonly code = '21000'
  readonly status = 400

  constructor({ message, details, hint }: STierError) {
    super(message, { details, hint: hint ?? undefined })
  }
}

/** How bad it is: `error` lets in whom nobody meant to let in, `warning` may, `note` is worth a look. */
export type Level = 'error' | 'warning' | 'note'

/** What a check has found in a database. */
export interface Finding {
  /** Stays the same from version to version. */
  readonly code: FindingCode
  readonly level: Level
  /** As SQL names it. */
  readonly object: string
  /** What may happen, in a sentence or two. */
  readonly why: string
  /** SQL that mends it, for a person to read first. */
  readonly mend: string
}

export type FindingCode =
  | 'table-without-row-security'
  | 'row-security-without-policy'
  | 'write-granted-to-anybody'
  | 'policy-lets-everybody-write'
  | 'view-passes-row-security'
  | 'definer-without-search-path'
  | 'dynamic-sql-by-concatenation'
  | 'login-role-too-mighty'
  | 'request-role-too-mighty'
  | 'schema-open-to-create'
  | 'extension-in-exposed-schema'

/** Whom and what the checks are about. */
export interface Examined {
  /** Exposed to requests. */
  readonly schemas: readonly string[]
  /** Roles that requests run as, but those that are trusted with everything. */
  readonly roles: readonly string[]
  /** The one of requests without a token. */
  readonly anonRole: string | undefined
}

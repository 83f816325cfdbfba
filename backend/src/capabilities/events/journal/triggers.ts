import { identifier, join, list, literal, type Sql, sql } from '../../../base/index.ts'

/** The triggers of a journaled table by name, and what makes each. Firing always, so that a restored or replicated row counts. */
const TRIGGERS: Readonly<Record<string, Sql>> = Object.freeze({
  s_tier_journal_insert: sql`after insert on`,
  s_tier_journal_update: sql`after update on`,
  s_tier_journal_delete: sql`after delete on`,
  s_tier_journal_truncate: sql`after truncate on`,
})

/** The rows of the statement, under the names that the function knows them by. */
const ROWS: Readonly<Record<string, Sql>> = Object.freeze({
  s_tier_journal_insert: sql`referencing new table as new_rows`,
  s_tier_journal_update: sql`referencing old table as old_rows new table as new_rows`,
  s_tier_journal_delete: sql`referencing old table as old_rows`,
})

/** What a trigger is told of the primary key: its index and its columns, all as plain names. */
export interface TableKey {
  /** Its qualified name, as SQL writes it. */
  readonly index: string
  readonly columns: readonly string[]
}

/** By name, as `pg_trigger.tgenabled` has it: `A` fires always. `outdated`: it was told of another key. */
export type TriggerStates = Readonly<Record<string, string>>

/** The names of those that are not there, do not fire always, or are outdated. */
export function missingTriggers(states: TriggerStates): readonly string[] {
  return Object.keys(TRIGGERS).filter(name => states[name] !== 'A')
}

/** Makes what is missing. Readers of the table are not disturbed, writers wait. */
export function makeTriggers(
  schema: string,
  table: string,
  states: TriggerStates,
  key: TableKey | null,
): Sql {
  const missing = missingTriggers(states)
  const on = identifier(schema, table)
  const outdated = missing.filter(name => states[name] === 'outdated')
  const made = missing
    .filter(name => states[name] === undefined || outdated.includes(name))
    .map(
      name => sql`create trigger ${identifier(name)} ${TRIGGERS[name]} ${on} ${ROWS[name]}
        for each statement execute function s_tier.journal_write(${argumentsOf(name, key)});`,
    )
  const always = missing.map(name => sql`enable always trigger ${identifier(name)}`)
  return sql`${dropping(on, outdated)} ${join(made, sql` `)} alter table only ${on} ${list(always)}`
}

function argumentsOf(name: string, key: TableKey | null): Sql | undefined {
  if (key === null || ROWS[name] === undefined) return undefined
  return list([key.index, ...key.columns].map(literal))
}

/** Removes those that are there. */
export function dropTriggers(schema: string, table: string, states: TriggerStates): Sql {
  return dropping(identifier(schema, table), Object.keys(states))
}

function dropping(on: Sql, names: readonly string[]): Sql {
  const dropped = names.map(name => sql`drop trigger ${identifier(name)} on ${on};`)
  return join(dropped, sql` `)
}

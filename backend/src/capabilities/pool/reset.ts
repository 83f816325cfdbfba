import type { Step, StepResult } from './steps.ts'

/**
 * What `discard all` does, in statements that are allowed inside a transaction, so that they fit one batch; only the
 * prepared statements stay, which are the pool's own. Settings go back to what the login gave them (`options`, `alter role
 * … set`, `alter database … set`), and so does the role. PostgreSQL: the pages of DISCARD, RESET and SET SESSION
 * AUTHORIZATION.
 */
export const RESET_SESSION: readonly Step[] = Object.freeze(
  [
    'close all',
    'set session authorization default',
    'reset role',
    'reset all',
    'unlisten *',
    'select pg_catalog.pg_advisory_unlock_all()',
    'discard temp',
    'discard sequences',
  ].map(done),
)

/**
 * The same for most sessions, in three statements: what costs little is done, and what is seldom there is looked for. `login`: the
 * user of the session.
 */
export function resetUsual(login: string): readonly Step[] {
  return [RESET_SETTINGS, DISCARD_SEQUENCES, { ...LOOK_FOR_REST, values: [login] }]
}

/** Whether nothing is left behind `resetUsual`; otherwise all of `RESET_SESSION` has to be done. */
export function isBare(results: readonly StepResult[]): boolean {
  return results.at(-1)?.[0]?.[0] === 't'
}

const RESET_SETTINGS = done('reset all')
const DISCARD_SEQUENCES = done('discard sequences')

/** The portal of this very statement has no name. A temporary schema stays once there was one, so from then on all is done. */
const LOOK_FOR_REST: Step = Object.freeze({
  text: `select session_user = $1::pg_catalog.name and pg_catalog.current_setting('role') = 'none'
    and pg_catalog.pg_my_temp_schema() = 0
    and not exists (select from pg_catalog.pg_cursor() c where c.name <> '')
    and not exists (select from pg_catalog.pg_listening_channels()),
    pg_catalog.pg_advisory_unlock_all()`,
  name: 's_tier_look_for_rest',
  values: Object.freeze([]),
  discard: false,
})

export const ROLLBACK: Step = done('rollback')

/** Answers which process of the server works for this connection. */
export const ASK_BACKEND: Step = Object.freeze({
  text: 'select pg_catalog.pg_backend_pid()',
  name: '',
  values: [],
  discard: false,
})

/** An empty statement, for a sign of life. */
export const PING: Step = done('')

function done(text: string): Step {
  return Object.freeze({ text, name: '', values: [], discard: true })
}

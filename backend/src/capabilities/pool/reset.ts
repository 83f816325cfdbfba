import type { Step } from './steps.ts'

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

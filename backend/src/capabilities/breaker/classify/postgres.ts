import type { Ending } from '../gate.ts'
import { classifyNode } from './node.ts'
import { codeOf, type EndingRule, endingIn } from './table.ts'

/**
 * By SQLSTATE, and by the codes of this server's own errors on the way to it. An error that PostgreSQL answers on behalf of one
 * statement proves that it works, so it is a success.
 */
export const POSTGRES_ENDINGS: readonly EndingRule[] = Object.freeze([
  { codes: ['08*'], ending: 'failure', why: 'the connection broke' },
  {
    codes: ['53*'],
    ending: 'failure',
    why: 'out of connections, memory or disk: more calls make it worse',
  },
  {
    codes: ['57P01', '57P02', '57P03'],
    ending: 'failure',
    why: 'shutting down, crashed, or starting',
  },
  { codes: ['57P04'], ending: 'failure', why: 'the database was dropped' },
  { codes: ['58000', '58030'], ending: 'failure', why: 'its system fails, such as its disk' },
  {
    codes: ['58P01', '58P02'],
    ending: 'neutral',
    why: 'a file that a statement names; often the statement is wrong',
  },
  {
    codes: ['57014'],
    ending: 'neutral',
    why: 'a time limit of one statement, or somebody who cancelled it: the server works, or it could not tell. Counted, five slow statements or one locked table would take the node from everybody',
  },
  {
    codes: ['57P05', '25P03', '25P04'],
    ending: 'neutral',
    why: 'a session was idle too long, or its transaction took too long',
  },
  {
    codes: ['25006'],
    ending: 'neutral',
    why: 'it works but is read-only: who is primary is not for a breaker to say',
  },
  {
    codes: ['XX*'],
    ending: 'neutral',
    why: 'a bug, or damage to one table or index: most statements still work',
  },
  {
    codes: ['PGRST000', 'PGRST001'],
    ending: 'failure',
    why: 'no connection, or lost in the middle of its work',
  },
  { codes: ['ST514'], ending: 'failure', why: 'no answer by the deadline' },
  {
    codes: ['PGRST003', 'ST510', 'ST511'],
    ending: 'neutral',
    why: 'our own pool was full, or is ending: nothing was sent',
  },
  { codes: ['ST512'], ending: 'neutral', why: 'the client has gone' },
  { codes: ['ST513'], ending: 'success', why: 'it answered, and more than was taken' },
])

const endingOfCode = endingIn(POSTGRES_ENDINGS)

/** What an error of a statement says about the server that it was sent to. What is unknown says nothing. */
export function classifyPostgres(error: unknown): Ending {
  const code = codeOf(error)
  const known = code === undefined ? undefined : endingOfCode(code)
  if (known !== undefined) return known
  if (code !== undefined && isSqlState(code)) return 'success'
  return classifyNode(error) ?? 'neutral'
}

/** Five characters; what begins like ours, or like an error of Node, is none that PostgreSQL has. */
function isSqlState(code: string): boolean {
  return /^[0-9A-Z]{5}$/.test(code) && !/^(ST\d{3}|E[A-Z]{4})$/.test(code)
}

import { REFUSALS } from '../../../capabilities/idempotency/index.ts'
import { DatabaseError } from '../../../capabilities/pool/index.ts'
import { KeyInUseError, KeyReusedError, KeysNotEnabledError } from './errors.ts'

/**
 * What became of the claim at step `claimAt`: the answer is known, or the error to tell. An error of any other step is
 * told as it is, for a function of the user's may raise the same SQLSTATE.
 */
export function refusalOf(
  error: unknown,
  claimAt: number,
  login: string | undefined,
): 'known' | Error {
  if (!(error instanceof DatabaseError) || error.step !== claimAt) return asError(error)
  switch (error.code) {
    case REFUSALS.known:
      return 'known'
    case REFUSALS.otherRequest:
      return new KeyReusedError()
    case REFUSALS.inUse:
      return new KeyInUseError()
    case '3F000': // invalid_schema_name
    case '42883': // undefined_function
      return new KeysNotEnabledError('Its functions are not in the schema s_tier', login, error)
    case '42501': // insufficient_privilege
      return new KeysNotEnabledError(
        `The role that this server logs in as${named(login)} may not use the schema s_tier`,
        login,
        error,
      )
    default:
      return error
  }
}

/** Whether somebody else has kept an answer since this transaction's snapshot, which then is not the first to run. */
export function isOvertaken(error: unknown, keepAt: number): boolean {
  if (!(error instanceof DatabaseError) || error.step !== keepAt) return false
  return error.code === REFUSALS.inUse || error.code === '40001' // serialization_failure
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function named(login: string | undefined): string {
  return login === undefined ? '' : `, '${login}',`
}

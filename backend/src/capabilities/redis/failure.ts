import { ReplyError } from 'ioredis'
import { STierError } from '../../base/index.ts'
import { RedisRefusalError, RedisUnavailableError } from './errors.ts'
import { placeOf, type RedisTarget } from './target.ts'

/** How a call ended, for a breaker. */
export type RedisEnding = 'success' | 'failure'

/**
 * What went wrong, in our words. The library's errors are not passed on: they carry the command with its arguments, which for `AUTH` is
 * the password.
 */
export function failureOf(error: unknown, target: RedisTarget): STierError {
  if (error instanceof STierError) return error
  if (error instanceof ReplyError) return new RedisRefusalError(shown(error, target))
  return new RedisUnavailableError(causeOf(error, target))
}

/** The message alone, with the place, as the cause of an error or of an event. */
export function causeOf(error: unknown, target: RedisTarget): Error {
  return new Error(`${placeOf(target)}: ${shown(error, target)}`)
}

function shown(error: unknown, { password }: RedisTarget): string {
  const message = error instanceof Error ? error.message || codeOf(error) : String(error)
  return password === undefined ? message : message.replaceAll(password, '***')
}

/** Node tells several failed addresses as one error without a message. */
function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.name
}

/**
 * Answers by which Redis says that it cannot serve anybody at the moment. Any other one is about the command: the server works.
 * Source: src/server.c of Redis, createSharedObjects. A password that was changed is one of them: nobody gets through.
 */
const UNABLE: ReadonlySet<string> = new Set([
  ...['LOADING', 'BUSY', 'MASTERDOWN', 'CLUSTERDOWN', 'TRYAGAIN', 'READONLY', 'MISCONF'],
  ...['NOREPLICAS', 'OOM', 'NOAUTH', 'WRONGPASS'],
])

export function endingOf(error: STierError): RedisEnding {
  return error instanceof RedisRefusalError && !UNABLE.has(error.kind) ? 'success' : 'failure'
}

import type { EventKind, Reason, SecurityEvent } from '../../../capabilities/security/index.ts'
import { ClaimsError, type Identity, TokenError } from '../identity/index.ts'
import type { Outcome, Visit } from './visit.ts'

type Told = Pick<SecurityEvent, 'kind'> & Partial<SecurityEvent>

/** Longer names are cut: they are told to people. */
const NAME_LENGTH_MAX = 200

/** Codes of errors that tell of something that is not there. */
const UNKNOWN_NAMES: ReadonlySet<string> = new Set([
  ...['PGRST200', 'PGRST202', 'PGRST204', 'PGRST205', 'PGRST106'],
  ...['42P01', '42703', '42883'],
])
const UNKNOWN_PATH = 'PGRST125'
const DENIED = '42501'

/** Why nobody could be identified. Undefined: no token was shown, or it could not be checked now. */
export function failureOf(error: unknown): Told | undefined {
  if (error instanceof ClaimsError) {
    return FUTURE.test(error.message)
      ? { kind: 'auth.tampered', reason: 'future' }
      : { kind: 'auth.failed', reason: 'expired' }
  }
  if (!(error instanceof TokenError)) return undefined
  const { kind, reason } = TAMPERED.find(({ words }) => words.test(error.message)) ?? MALFORMED
  return { kind, reason }
}

/** Its signature is right: either clocks differ, or somebody else has the key. */
const FUTURE = /issued at future/

interface Sign {
  readonly words: RegExp
  readonly kind: EventKind
  readonly reason: Reason
}

const TAMPERED: readonly Sign[] = [
  { words: /algorithm/, kind: 'auth.tampered', reason: 'algorithm' },
  { words: /key/, kind: 'auth.tampered', reason: 'signature' },
]
const MALFORMED: Omit<Sign, 'words'> = { kind: 'auth.failed', reason: 'malformed' }

/** Somebody was let in, with a token that says who has issued it, and how long it is good for. */
export function passedOf({ claims, expiresAt }: Identity, nowMs: number): Told {
  const { iss, iat } = claims
  if (typeof iat !== 'number') return { kind: 'auth.passed' }
  const issuer = typeof iss === 'string' ? iss.slice(0, NAME_LENGTH_MAX) : undefined
  return { kind: 'auth.passed', issuer, tokenLifeMs: (expiresAt ?? nowMs) - iat * 1_000 }
}

/** What is to be told of the end of a request. Undefined: nothing that says anything about its client. */
export function endOf(visit: Visit, outcome: Outcome): Told | undefined {
  const { status, code, isInvalid = false, rows, bytes, sought } = outcome
  const { table, rpc, endpoint } = visit.destination
  const name = (table ?? rpc ?? endpoint).slice(0, NAME_LENGTH_MAX)
  if (code !== undefined) {
    const kind = isInvalid ? 'validation.refused' : kindOf(code)
    return kind && { kind, status, name, detail: code }
  }
  if (status >= 400) return undefined
  const kind = visit.isRead ? 'read' : 'write'
  return {
    kind,
    status,
    name,
    rows,
    bytes,
    key: sought?.key,
    sought: sought?.value,
  }
}

function kindOf(code: string): EventKind | undefined {
  if (code === DENIED) return 'access.denied'
  if (code === UNKNOWN_PATH) return 'route.unknown'
  if (UNKNOWN_NAMES.has(code)) return 'name.unknown'
  return /^ST40/.test(code) ? 'limit.refused' : undefined
}

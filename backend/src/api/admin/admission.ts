import { createHash, timingSafeEqual } from 'node:crypto'
import { type OperatorRequest, type Operators, UnknownPathError } from '../http/index.ts'
import { AdminTokenError, type TokenOption } from './errors.ts'

/** Who can reach a listener: those who run the server (`admin`), programs of this machine (`loopback`), anybody. */
export type Reach = 'admin' | 'loopback' | 'public'

export interface Guard {
  /** What `Authorization: Bearer` must bring. Undefined: nothing is demanded. */
  readonly token: string | undefined
  readonly reach: Reach
  /** Hears of those who try. Undefined: nobody does. */
  readonly operators?: Pick<Operators, 'arrives' | 'failed'> | undefined
}

/**
 * Whether a request may read what operators read. With a token the token decides, without one the listener does. Throws
 * ST301 without the right token, ST430 to whoever has guessed at it, and PGRST125 where nothing is served to such a request.
 */
export function admit(asked: Asked, path: string, guard: Guard): void {
  if (guard.token !== undefined) return demand(guard.token, asked, 'http.adminToken', guard)
  if (!isWithin(guard.reach, asked)) throw new UnknownPathError(path, CLOSED)
}

/**
 * Whether a request may do harm on purpose: the listener decides, and then the token. Throws PGRST125 and ST301 as `admit`
 * does.
 */
export function admitWithToken(asked: Asked, path: string, guard: TokenGuard): void {
  if (!isWithin(guard.reach, asked)) throw new UnknownPathError(path, CLOSED_TO_CHAOS)
  demand(guard.token, asked, 'chaos.token', guard)
}

/**
 * Whether a request may change what operators change. Always with the token, wherever it comes from. Throws ST301, and PGRST125
 * where there is none.
 */
export function admitChange(asked: Asked, path: string, guard: Guard): void {
  if (guard.token === undefined) throw new UnknownPathError(path, CLOSED_TO_CHANGES)
  demand(guard.token, asked, 'http.adminToken', guard)
}

/** A guard that never does without its token. */
export interface TokenGuard extends Guard {
  readonly token: string
}

/** What of a request decides. */
export type Asked = OperatorRequest

const CLOSED =
  'Metrics are served with http.adminToken, at http.adminPort or http.adminSocket, ' +
  'or on a loopback address to programs of this machine.'

const CLOSED_TO_CHANGES = 'Changes need http.adminToken.'

const CLOSED_TO_CHAOS =
  'Experiments are served at http.adminPort or http.adminSocket, or on a loopback address to programs of this machine.'

function isWithin(reach: Reach, asked: Asked): boolean {
  return reach === 'admin' || (reach === 'loopback' && isFromHere(asked))
}

/** Who shows nothing has not guessed. */
function demand(
  token: string,
  asked: Asked,
  option: TokenOption,
  { operators }: Pick<Guard, 'operators'>,
): void {
  const [, given] = /^bearer +(.*)$/i.exec(asked.headers.authorization ?? '') ?? []
  if (given === undefined) throw new AdminTokenError(true, option)
  operators?.arrives(asked, option)
  if (isEqual(given, token)) return
  operators?.failed(asked, option, given)
  throw new AdminTokenError(false, option)
}

/** In a time that tells nothing of where they differ, or of how long they are. */
function isEqual(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

/**
 * A loopback address is reached from elsewhere too: by a proxy on this machine, which says whom it speaks for, and by a page
 * in a browser here whose name resolves to it (DNS rebinding), which asks for its own name. Who is at the other end of a Unix
 * socket is mostly a proxy.
 */
function isFromHere({ headers, remoteAddress = '' }: Asked): boolean {
  const isForwarded = FORWARDED.some(name => headers[name] !== undefined)
  return !isForwarded && LOOPBACK.test(remoteAddress) && LOOPBACK_HOST.test(headers.host ?? '')
}

const FORWARDED = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']
const LOOPBACK = /^(?:(?:::ffff:)?127(?:\.\d{1,3}){3}|::1)$/i
const LOOPBACK_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

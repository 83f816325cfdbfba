import type { Principal, SecurityEvent } from './types.ts'

const TEXT_LENGTH_MAX = 128
const LINE_LENGTH_MAX = 300

/** C0 and C1 controls, line separators, and what turns the direction of writing: they forge lines of a log. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/gu
const TOKEN = /\beyJ[\w-]*(\.[\w-]*){0,2}/g
const CREDENTIALS_OF_URL = /(\w:\/\/[^\s:/@]*):[^\s@/]*@/g
const NAMED_SECRET =
  /\b(pass(?:word|wd)?|pwd|secret|token|api[_-]?key|authorization|bearer|basic)(["']?\s*[=:]\s*|\s+)["']?[^\s"',;&]+/gi
const LONG = /[A-Za-z0-9+/_=-]{32,}/g
const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i

/** A client's text as it may stand in a log, an alert or a mail: short, on one line, and without what looks like a secret. */
export function shown(text: string): string {
  const start = text.slice(0, 2 * LINE_LENGTH_MAX)
  const clean = start
    .replace(TOKEN, '[token]')
    .replace(CREDENTIALS_OF_URL, '$1:[…]@')
    .replace(NAMED_SECRET, '$1$2[…]')
    .replace(LONG, long => (UUID.test(long) ? long : '[…]'))
    .replace(CONTROLS, '·')
  return clean.length > TEXT_LENGTH_MAX ? `${clean.slice(0, TEXT_LENGTH_MAX)}…` : clean
}

/** One event as a line. */
export function lineOf(event: SecurityEvent): string {
  const { kind, atMs, ip, user, route, status, name, key, sought, rows, reason, detail } = event
  const parts = [
    `${new Date(atMs).toISOString()} ${kind} from ${shown(ip)}`,
    user !== undefined && `as '${shown(user)}'`,
    route !== undefined && `at ${shown(route)}`,
    name !== undefined && `about '${shown(name)}'`,
    key !== undefined && `for ${shown(key)}`,
    key !== undefined && sought !== undefined && `= ${shown(String(sought))}`,
    rows !== undefined && `${rows} rows`,
    status !== undefined && `(${status})`,
    reason !== undefined && shown(reason),
    detail !== undefined && shown(detail),
  ]
  return parts
    .filter(part => part !== false)
    .join(' ')
    .slice(0, LINE_LENGTH_MAX)
}

/** Whom it is about, in a few words. */
export function nameOf({ kind, ip = '', user, role = '', route = '' }: Principal): string {
  const name = user === undefined ? 'nobody known' : `'${shown(user)}'`
  switch (kind) {
    case 'ip':
      return shown(ip)
    case 'user':
      return name
    case 'user+ip':
      return `${name} from ${shown(ip)}`
    case 'token':
      return `a token of ${name}`
    case 'credential':
      return 'one credential'
    case 'role+route':
      return `role '${shown(role)}' at ${shown(route)}`
    case 'all':
      return 'everybody'
  }
}

/** As it may leave this process. */
export function shownPrincipal({ user, ...principal }: Principal): Principal {
  return user === undefined ? principal : { ...principal, user: shown(user) }
}

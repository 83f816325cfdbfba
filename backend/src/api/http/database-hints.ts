import { identifier } from '../../base/index.ts'
import type { DatabaseError } from '../../capabilities/pool/index.ts'
import type { Identity } from './identity/index.ts'

/** A request that was refused, as far as it matters to what can be done about it. */
export interface Refused {
  /** Undefined: it failed before it was known who asks. */
  readonly identity: Pick<Identity, 'role' | 'anonymous'> | undefined
  readonly method: string
  /** It calls a function. */
  readonly isCall: boolean
  /** The role that the server logs in as, which then becomes that of the request. */
  readonly login: string | undefined
  /** Where to look instead of the path of the request; undefined: nobody knows. */
  readonly placeHint: () => string | undefined
}

/**
 * What can be done about an error for which PostgreSQL itself has no hint: the grant that is missing, or the method that may
 * write. Undefined where its words do not say enough, as when it speaks another language than English.
 */
export function hintFor({ code, message }: DatabaseError, refused: Refused): string | undefined {
  switch (code) {
    case '42501': // insufficient_privilege
      return becomingHint(message, refused) ?? grantHint(message, refused)
    case '22023': // invalid_parameter_value
      return unknownRoleHint(message, refused)
    case '25006': // read_only_sql_transaction
      return refused.isCall ? callHint(refused.method) : standbyHint(refused.method)
    default:
      return undefined
  }
}

function becomingHint(message: string, { login }: Refused): string | undefined {
  const role = /^permission denied to set role "(.+)"$/.exec(message)?.[1]
  if (role === undefined || login === undefined) return undefined
  return `The server may not become this role: ${membership(role, login)}.`
}

function unknownRoleHint(message: string, { identity, login }: Refused): string | undefined {
  const role = /^role "(.+)" does not exist$/.exec(message)?.[1]
  if (role === undefined || role !== identity?.role) return undefined
  const source = identity.anonymous ? 'database.anonRole names it' : 'The token names it'
  const create = `create role ${quoted(role)} nologin`
  const both = login === undefined ? create : `${create}; ${membership(role, login)}`
  return `${source}. Name a role that there is, or: ${both}.`
}

/** For what the message names; only for the role of the request, which is nearly always who lacks it. */
function grantHint(message: string, refused: Refused): string | undefined {
  const { identity } = refused
  const [, kind = '', name = ''] = DENIED.exec(message) ?? []
  const grant = grantOf(kind, refused)
  if (grant === undefined || identity === undefined) return undefined
  const way = `${grant.text} ${quoted(name)} to ${quoted(identity.role)}`
  const also = grant.readsToo ? ', and select where rows are filtered or answered' : ''
  return identity.anonymous ? `Send a token, or: ${way}${also}.` : `To allow it: ${way}${also}.`
}

const DENIED =
  /^permission denied for (table|view|materialized view|foreign table|sequence|function|procedure|schema|type) (.+)$/

interface Grant {
  readonly text: string
  readonly readsToo?: boolean
}

function grantOf(kind: string, { method, isCall }: Refused): Grant | undefined {
  switch (kind) {
    case '':
      return undefined
    case 'sequence':
    case 'schema':
    case 'type':
      return { text: `grant usage on ${kind}` }
    case 'function':
    case 'procedure':
      return { text: `grant execute on ${kind}` }
    default:
      return isRead(method)
        ? { text: 'grant select on' }
        : { text: `grant ${isCall ? ANY : (WRITES[method] ?? ANY)} on`, readsToo: !isCall }
  }
}

const ANY = 'select, insert, update or delete'
const WRITES: Readonly<Record<string, string>> = Object.freeze({
  POST: 'insert',
  PATCH: 'update',
  PUT: 'insert, update',
  DELETE: 'delete',
})

/** A call by POST of a volatile function may write, unless the database itself takes no writes. */
function callHint(method: string): string {
  return isRead(method)
    ? 'GET and HEAD only read. Call a function that writes with POST.'
    : `Only a function that is volatile may write: declare it so (alter function … volatile). If it is: ${STANDBY}`
}

/** S-Tier lets every write write, so it is the database that does not. */
function standbyHint(method: string): string | undefined {
  return isRead(method) ? undefined : `The database takes no writes now: ${STANDBY}`
}

const STANDBY =
  'it is a standby, or default_transaction_read_only is on. database.url has to name the primary, or all nodes.'

function isRead(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}

function membership(role: string, login: string): string {
  return `grant ${quoted(role)} to ${quoted(login)}`
}

function quoted(name: string): string {
  return identifier(name).text
}

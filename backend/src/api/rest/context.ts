import type { IncomingHttpHeaders } from 'node:http'
import { identifier, list } from '../../base/index.ts'
import {
  type Catalog,
  type Isolation,
  isolationOf,
  type Routine,
} from '../../query/catalog/index.ts'
import type { DatabaseRules, TransactionContext } from '../../query/executor/index.ts'
import { headerText, type Identity } from '../http/index.ts'
import { cookiesJson, type Preferences, type Profile } from './parse/index.ts'

/** What HTTP says of a request, besides what it asks for. */
export interface ContextInput {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly identity: Identity
}

/** What the request asks for, as far as its transaction depends on it. */
export interface ContextRequest {
  readonly profile: Profile
  readonly preferences: Preferences
  /** Of a call. */
  readonly routine?: Routine | undefined
}

/**
 * Under which name and settings the transaction of a request runs; a call's has some of its function.
 * PostgREST: references/transactions.
 */
export function transactionContext(
  input: ContextInput,
  { profile, preferences, routine }: ContextRequest,
  catalog: Catalog,
  rules: DatabaseRules,
  access: 'read-only' | 'read-write',
): TransactionContext {
  const { identity, headers } = input
  const role = catalog.roles.get(identity.role)
  const hoisted = routine && hoistedFrom(routine, rules)
  return {
    role: identity.role,
    searchPath: searchPathOf(profile.schema, rules),
    claims: identity.claimsText,
    method: input.method,
    path: input.path,
    headers: headerText(JSON.stringify(withoutCookies(headers))),
    cookies: headerText(cookiesJson(headers.cookie)),
    settings: withOwn(
      rules.settings,
      settingsOf(role?.settings, preferences.timezone, hoisted?.settings),
    ),
    readOnly: access === 'read-only',
    isolation: hoisted?.isolation ?? role?.isolation ?? undefined,
    rollback: endsInRollback(rules.transactionEnd, preferences.tx),
    preRequest: preRequestOf(rules),
    statementTimeoutMs: rules.statementTimeoutMs,
  }
}

/** They stand in `request.cookies`. */
function withoutCookies(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return headers.cookie === undefined ? headers : { ...headers, cookie: undefined }
}

const NO_SETTINGS: TransactionContext['settings'] = Object.freeze([])

/** Those of the configuration come first: a role's own are stronger. */
function withOwn(
  own: DatabaseRules['settings'],
  others: TransactionContext['settings'],
): TransactionContext['settings'] {
  const pairs = Object.entries(own)
  return pairs.length === 0 ? others : [...pairs, ...others]
}

function settingsOf(
  ofRole: ReadonlyMap<string, string> | undefined,
  timezone: string | undefined,
  ofRoutine: TransactionContext['settings'] = NO_SETTINGS,
): TransactionContext['settings'] {
  if (timezone === undefined && ofRoutine.length === 0) {
    return ofRole === undefined || ofRole.size === 0 ? NO_SETTINGS : [...ofRole]
  }
  const asked = timezone === undefined ? [] : ([['timezone', timezone]] as const)
  return [...(ofRole ?? []), ...asked, ...ofRoutine]
}

interface Hoisted {
  readonly settings: TransactionContext['settings']
  readonly isolation: Isolation | null
}

/** PostgREST: `db-hoisted-tx-settings`. */
function hoistedFrom(
  { settings }: Routine,
  { hoistedSettings }: DatabaseRules,
): Hoisted | undefined {
  const hoisted = [...settings].filter(([name]) => hoistedSettings.includes(name))
  if (hoisted.length === 0) return undefined
  return {
    settings: hoisted.filter(([name]) => name !== 'default_transaction_isolation'),
    isolation: isolationOf(new Map(hoisted)),
  }
}

/** `Prefer: tx=…` arrives here only where the configuration lets clients choose. */
function endsInRollback(end: DatabaseRules['transactionEnd'], asked: Preferences['tx']): boolean {
  if (asked !== undefined) return asked === 'rollback'
  return end.startsWith('rollback')
}

/** Whether clients may choose how a transaction ends. */
export function allowsOverride({ transactionEnd }: DatabaseRules): boolean {
  return transactionEnd.endsWith('-allow-override')
}

const searchPaths = new WeakMap<DatabaseRules, Map<string, string>>()

/** Made once for each schema: the schemas are few and the rules never change. */
function searchPathOf(schema: string, rules: DatabaseRules): string {
  const known = searchPaths.get(rules) ?? new Map<string, string>()
  if (known.size === 0) searchPaths.set(rules, known)
  const path = known.get(schema)
  if (path !== undefined) return path
  const names = [...new Set([schema, ...rules.extraSearchPath])]
  const { text } = list(names.map(name => identifier(name)))
  known.set(schema, text)
  return text
}

function preRequestOf({ preRequest }: DatabaseRules): TransactionContext['preRequest'] {
  if (preRequest === undefined) return undefined
  const [schema = '', name] = preRequest.split('.')
  return name === undefined ? { schema: undefined, name: schema } : { schema, name }
}

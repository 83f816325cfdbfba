import type { IncomingHttpHeaders } from 'node:http'
import { identifier, list } from '../../base/index.ts'
import type { Catalog } from '../../query/catalog/index.ts'
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

/** Under which name and settings the transaction of a request runs. PostgREST: references/transactions. */
export function transactionContext(
  input: ContextInput,
  { profile, preferences }: { readonly profile: Profile; readonly preferences: Preferences },
  catalog: Catalog,
  rules: DatabaseRules,
  access: 'read-only' | 'read-write',
): TransactionContext {
  const { identity, headers } = input
  const role = catalog.roles.get(identity.role)
  return {
    role: identity.role,
    searchPath: searchPathOf(profile.schema, rules),
    claims: identity.claimsText,
    method: input.method,
    path: input.path,
    headers: headerText(JSON.stringify(withoutCookies(headers))),
    cookies: headerText(cookiesJson(headers.cookie)),
    settings: settingsOf(role?.settings, preferences.timezone),
    readOnly: access === 'read-only',
    isolation: role?.isolation ?? undefined,
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

function settingsOf(
  ofRole: ReadonlyMap<string, string> | undefined,
  timezone: string | undefined,
): TransactionContext['settings'] {
  if (timezone === undefined) {
    return ofRole === undefined || ofRole.size === 0 ? NO_SETTINGS : [...ofRole]
  }
  return [...(ofRole ?? []), ['timezone', timezone]]
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

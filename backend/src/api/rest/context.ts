import type { IncomingHttpHeaders } from 'node:http'
import type { Catalog } from '../../query/catalog/index.ts'
import type { DatabaseRules, TransactionContext } from '../../query/executor/index.ts'
import type { Identity } from '../http/index.ts'
import { cookiesJson, type Preferences } from './parse/index.ts'

export interface ContextInput {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly schema: string
  readonly identity: Identity
  readonly preferences: Preferences
}

/** Under which name and settings the transaction of a request runs. PostgREST: references/transactions. */
export function transactionContext(
  input: ContextInput,
  catalog: Catalog,
  rules: DatabaseRules,
): TransactionContext {
  const { identity, headers, preferences } = input
  const role = catalog.roles.get(identity.role)
  return {
    role: identity.role,
    searchPath: searchPathOf(input.schema, rules),
    claims: identity.claimsText,
    method: input.method,
    path: input.path,
    headers: JSON.stringify(headers),
    cookies: cookiesJson(headers.cookie),
    settings: settingsOf(role?.settings, preferences.timezone),
    readOnly: true,
    isolation: role?.isolation ?? undefined,
    rollback: endsInRollback(rules.transactionEnd, preferences.tx),
    preRequest: preRequestOf(rules),
    statementTimeoutMs: rules.statementTimeoutMs,
  }
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
  let known = searchPaths.get(rules)
  if (known === undefined) searchPaths.set(rules, (known = new Map()))
  let path = known.get(schema)
  if (path === undefined) {
    const names = new Set([schema, ...rules.extraSearchPath])
    path = [...names].map(name => `"${name.replaceAll('"', '""')}"`).join(', ')
    known.set(schema, path)
  }
  return path
}

function preRequestOf({ preRequest }: DatabaseRules): TransactionContext['preRequest'] {
  if (preRequest === undefined) return undefined
  const [schema = '', name] = preRequest.split('.')
  return name === undefined ? { schema: 'public', name: schema } : { schema, name }
}

import type { IncomingHttpHeaders } from 'node:http'
import type { Catalog } from '../../query/catalog/index.ts'
import type { DatabaseRules } from '../../query/executor/index.ts'
import type { Plan, ReadPlan } from '../../query/plan/index.ts'
import { headerText, type Identity } from '../http/index.ts'
import { allowsOverride } from './context.ts'
import type { RestInput } from './input.ts'
import {
  type MediaRequest,
  type Preferences,
  type Profile,
  parsePrefer,
  parseProfile,
  type RowRange,
  type TargetName,
} from './parse/index.ts'
import type { Prepared } from './prepared.ts'

/** What it takes to understand a request, whatever it wants. */
export type Understandable = Pick<
  RestInput,
  'method' | 'name' | 'queryString' | 'headers' | 'judge'
> & {
  readonly identity: Pick<Identity, 'role'>
}

/** A request, understood: everything but whose it is. */
export interface Understood<P extends Plan> {
  readonly prepared: Prepared<P>
  /** For the `$n` of the statement: first the values of the query string. */
  readonly parameters: readonly (string | null)[]
  readonly media: MediaRequest
  readonly preferences: Preferences
  readonly profile: Profile
  readonly targetNames: readonly TargetName[]
}

/** A read, understood. */
export interface UnderstoodRead extends Understood<ReadPlan> {
  /** The values of the query string, for the `$n` of the statement. */
  readonly parameters: readonly string[]
  readonly range: RowRange
  /** For the header `Content-Location`. */
  readonly location: string
}

/** The schema that the headers choose. */
export function profileOf(
  method: string,
  headers: IncomingHttpHeaders,
  { schemas }: Catalog,
): Profile {
  const acceptProfile = textOf(headers['accept-profile'])
  const contentProfile = textOf(headers['content-profile'])
  return parseProfile(method, { acceptProfile, contentProfile }, schemas)
}

/** The preferences, as far as the configuration heeds them. */
export function preferencesOf(headers: IncomingHttpHeaders, rules: DatabaseRules): Preferences {
  return parsePrefer(headers['prefer'], { allowTransactionEnd: allowsOverride(rules) })
}

function textOf(header: string | string[] | undefined): string | undefined {
  const first = typeof header === 'string' ? header : header?.[0]
  return first === undefined ? undefined : headerText(first)
}

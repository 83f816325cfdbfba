import type { IncomingHttpHeaders } from 'node:http'
import type { Catalog } from '../../query/catalog/index.ts'
import { headerText } from '../http/index.ts'
import { type Profile, parseProfile } from './parse/index.ts'

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

function textOf(header: string | string[] | undefined): string | undefined {
  const first = typeof header === 'string' ? header : header?.[0]
  return first === undefined ? undefined : headerText(first)
}

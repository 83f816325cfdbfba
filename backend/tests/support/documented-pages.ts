import { describe } from '../../src/api/openapi/index.ts'
import type { Part } from '../../src/api/openapi/diff/document.ts'
import type { Catalog } from '../../src/query/catalog/index.ts'
import type { GoldenPage } from './golden.ts'
import type { RawResponse } from './http-client.ts'
import { type Validation, validationOf } from './validated.ts'

/** Holds the answers of pages against the documents of the schemas that they ask. */
export interface DocumentedPages {
  /** What the document has against an answer. Empty: it is as documented. */
  complaints(page: GoldenPage, response: RawResponse): readonly string[]
  /** Kinds of operations that were answered with success so far. */
  answered(): ReadonlySet<string>
}

/** By page: what the status is where the database does not choose one with `response.status`, which changes nothing else. */
const CHOSEN: Readonly<Record<string, number>> = {
  'calls/status-and-headers': 200,
  'writes/insert-trigger-answer': 201,
}

export function documentedPages(catalog: Catalog): DocumentedPages {
  const validations = new Map<string, Validation>()

  function validationFor(schema: string, plans: boolean, caching: boolean): Validation {
    const key = JSON.stringify([schema, plans, caching])
    const known = validations.get(key)
    if (known !== undefined) return known
    const options = { schema, serverUrl: '/', anonymous: true, plans, caching, version: 'test' }
    const document = JSON.parse(JSON.stringify(describe(catalog, undefined, options))) as Part
    const validation = validationOf(document)
    validations.set(key, validation)
    return validation
  }

  return {
    complaints(page, { status, headers, body }) {
      const prefix = flagOf(page, '--rest-prefix') ?? ''
      const { method, target } = page.request
      const plans = flagOf(page, '--database-plan-enabled') === 'true'
      const caching = flagOf(page, '--cache-tables') !== undefined
      return validationFor(schemaOf(page, catalog), plans, caching).complaints({
        method,
        target: target.startsWith(prefix) ? target.slice(prefix.length) : target,
        status: CHOSEN[page.name] ?? status,
        contentType: headers['content-type'],
        body,
      })
    },
    answered: () => new Set([...validations.values()].flatMap(one => [...one.answered])),
  }
}

/** The one that the headers choose; one that is not served is refused whatever the document. */
function schemaOf(page: GoldenPage, { schemas }: Catalog): string {
  const { method, headers } = page.request
  const isRead = method === 'GET' || method === 'HEAD'
  const asked = headers[isRead ? 'accept-profile' : 'content-profile']
  const served = flagOf(page, '--database-schemas')?.split(',') ?? schemas
  const [first = ''] = served
  return asked !== undefined && schemas.includes(asked) ? asked : first
}

function flagOf({ flags }: GoldenPage, name: string): string | undefined {
  const at = flags.indexOf(name)
  return at < 0 ? undefined : flags[at + 1]
}

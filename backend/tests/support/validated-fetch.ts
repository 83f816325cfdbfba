import type { Part } from '../../src/api/openapi/diff/document.ts'
import { type Validation, validationOf } from './validated.ts'

/** A `fetch` for clients, and what the server's own document has against the answers that went through it. */
export interface ValidatedFetch {
  readonly fetch: typeof globalThis.fetch
  /** Each with its request. Empty: every answer was as documented. */
  readonly complaints: readonly string[]
}

/**
 * `address` is that of the server, `prefix` the path before the relations. The document is that of the role and schema of
 * each request.
 */
export function validatedFetch(address: string, prefix: string): ValidatedFetch {
  const validations = new Map<string, Promise<Validation>>()
  const complaints: string[] = []
  const { fetch: plainFetch } = globalThis

  function validationFor(request: Request): Promise<Validation> {
    const isRead = request.method === 'GET' || request.method === 'HEAD'
    const profile = request.headers.get(isRead ? 'accept-profile' : 'content-profile')
    const authorization = request.headers.get('authorization')
    const key = `${authorization}\n${profile}`
    const known = validations.get(key)
    if (known !== undefined) return known
    const bearer = authorization === null ? {} : { authorization }
    const profiled = profile === null ? bearer : { ...bearer, 'accept-profile': profile }
    // A schema that is not served and a wrong token are refused, in words that every document has.
    const validation = firstDocument([profiled, bearer, {}]).then(validationOf)
    validations.set(key, validation)
    return validation
  }

  async function firstDocument(asked: readonly Record<string, string>[]): Promise<Part> {
    for (const headers of asked) {
      const response = await plainFetch(`${address}/openapi.json`, { headers })
      if (response.ok) return (await response.json()) as Part
    }
    throw new Error(`${address} gives no document`)
  }

  return {
    complaints,
    async fetch(input, init) {
      const request = new Request(input, init)
      const { method } = request
      const { pathname, search } = new URL(request.url)
      const response = await plainFetch(request)
      const found = (await validationFor(request)).complaints({
        method,
        target: `${pathname.slice(prefix.length)}${search}`,
        status: response.status,
        contentType: response.headers.get('content-type') ?? undefined,
        body: await response.clone().text(),
      })
      complaints.push(...found.map(one => `${method} ${pathname}${search}: ${one}`))
      return response
    },
  }
}

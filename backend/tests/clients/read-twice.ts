import { expect } from 'vitest'
import { journaling } from '../support/journaling.ts'

/** Set by a file of tests that runs those of another file over a server that keeps answers. */
export const cached = { isOn: false, hits: 0 }

/** Where answers are to be kept, the tables are journaled: then the server finds that out by itself. */
export async function journaledIfCached(url: string): Promise<void> {
  if (cached.isOn) await journaling(url, { schemas: 'all', logins: ['authenticator'] })
}

/**
 * Where answers are kept, whatever went through the cache is asked once more: the client gets the second answer, which must be
 * the first.
 */
export function readTwice(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init)
    const first = await fetch(request.clone())
    if (!cached.isOn || first.headers.get('cache-status') === null) return first
    const second = await fetch(request)
    if (second.headers.get('cache-status')?.startsWith('s-tier; hit') !== true) return second
    cached.hits++
    expect(await partsOf(second.clone())).toEqual(await partsOf(first))
    return second
  }
}

async function partsOf(response: Response) {
  const told = ['content-type', 'content-range', 'content-location', 'preference-applied', 'etag']
  const headers = told.map(name => response.headers.get(name))
  return { status: response.status, headers, body: await response.text() }
}

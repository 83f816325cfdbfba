import { createHash } from 'node:crypto'
import type { JsonObject } from './json.ts'

/** A document as it is sent. */
export interface Document {
  readonly body: Buffer
  /** Strong: equal bytes, equal tag. RFC 9110, section 8.8.3. */
  readonly etag: string
}

/** Documents that were made, kept for those who ask next. */
export interface Documents {
  /** The document of that key; made when it is not there. A new version of the catalog forgets all before it. */
  get(version: string, key: string, make: () => JsonObject): Document
}

/** Most bytes kept, whatever the number of roles and schemas: the first made go first. */
const BYTES_MAX = 64 * 1024 * 1024

export function createDocuments(bytesMax = BYTES_MAX): Documents {
  const kept = new Map<string, Document>()
  let current: string | undefined
  let bytes = 0
  return {
    get(version, key, make) {
      if (version !== current) {
        kept.clear()
        bytes = 0
        current = version
      }
      const known = kept.get(key)
      if (known !== undefined) return known
      const made = documentOf(make())
      kept.set(key, made)
      bytes += made.body.length
      for (const [oldest, { body }] of kept) {
        if (bytes <= bytesMax) break
        kept.delete(oldest)
        bytes -= body.length
      }
      return made
    },
  }
}

function documentOf(content: JsonObject): Document {
  const body = Buffer.from(JSON.stringify(content))
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`
  return { body, etag }
}

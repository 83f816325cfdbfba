import { createHash } from 'node:crypto'
import type { KeptAnswer } from '../../../query/executor/index.ts'
import type { RestResponse } from '../response.ts'

/** Of a digest, in base64url: 96 bits. */
const LETTERS = 16

/** What was hashed last for an answer that is kept, and the tag that came of it. */
interface Tagged {
  readonly representation: string
  readonly tag: string
}

const known = new WeakMap<KeptAnswer, Tagged>()

/**
 * The strong entity tag of a response with a body (RFC 9110, section 8.8.3): equal tags, equal bytes that mean the same. Of an
 * answer that is kept the body is hashed once, and not for each who gets it.
 */
export function entityTagOf({ headers, body }: RestResponse, kept: KeptAnswer | undefined): string {
  const { 'content-type': type, 'content-range': range, 'content-profile': profile } = headers
  const representation = `${String(type)}\n${String(range)}\n${String(profile)}\n`
  const before = kept && known.get(kept)
  if (before?.representation === representation) return before.tag
  const tag = tagOf(representation, body ?? '')
  if (kept !== undefined) known.set(kept, { representation, tag })
  return tag
}

function tagOf(representation: string, body: string | Buffer): string {
  const digest = createHash('sha256').update(representation).update(body).digest('base64url')
  return `"${digest.slice(0, LETTERS)}"`
}

/**
 * Whether a client has this representation already: `If-None-Match`, compared weakly (RFC 9110, section 13.1.2). `*` means
 * whatever there is. Undefined: the client has said nothing.
 */
export function isKnownTo(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false
  if (ifNoneMatch.trim() === '*') return true
  const opaque = opaqueOf(tag)
  for (const [one] of ifNoneMatch.matchAll(OPAQUE)) if (one === opaque) return true
  return false
}

/** A tag without the mark of weakness. It has no quotes inside. */
const OPAQUE = /"[^"]*"/g

function opaqueOf(tag: string): string {
  return tag.startsWith('W/') ? tag.slice(2) : tag
}

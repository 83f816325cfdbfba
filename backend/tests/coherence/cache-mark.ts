/** What `Cache-Status` (RFC 9211) and `Age` say of an answer. */
export interface Mark {
  /** `none`: the answer says nothing. `loaded`: read now, for this caller or together with others. */
  readonly from: 'none' | 'hit' | 'stale' | 'loaded' | 'bypass'
  readonly ageMs: number | undefined
  readonly text: string
}

export function cacheMarkOf(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Mark {
  const status = headers['cache-status']
  const age = headers['age']
  const ageMs = typeof age === 'string' ? Number(age) * 1_000 : undefined
  const text = typeof status === 'string' ? status : ''
  return { from: fromOf(text), ageMs, text }
}

function fromOf(text: string): Mark['from'] {
  if (text === '') return 'none'
  if (/fwd=bypass/.test(text)) return 'bypass'
  if (!/;\s*hit\b/.test(text)) return 'loaded'
  return /ttl=-|detail="?stale/.test(text) ? 'stale' : 'hit'
}

import type { Ask } from '../../../capabilities/cache/index.ts'
import type { CacheMark } from '../../../query/executor/index.ts'

/** The header of RFC 9211: what the cache had to do with an answer. `ask`: what the request wanted of it. */
export function cacheStatusOf(mark: CacheMark, ask: Ask | undefined): string {
  const ttl = ttlOf(mark)
  switch (mark.from) {
    case 'l1':
      return `s-tier; hit${ttl}`
    case 'l2':
      return `s-tier; hit${ttl}; detail=redis`
    case 'stale':
      return `s-tier; hit${ttl}; detail=stale-${mark.why}`
    case 'bypass':
      return `s-tier; fwd=bypass; detail=${mark.why}`
    case 'loaded': {
      const collapsed = mark.isJoined ? '; collapsed' : ''
      const stored = mark.isStored ? `; stored${ttl}` : ''
      return `s-tier; fwd=${forwardOf(mark, ask)}${collapsed}${stored}`
    }
  }
}

/** Why it was read anew. */
function forwardOf({ replaces }: CacheMark, ask: Ask | undefined): string {
  if (ask?.noCache === true) return 'request'
  if (replaces !== true) return 'uri-miss'
  return ask?.maxAgeMs === undefined && ask?.minFreshMs === undefined ? 'stale' : 'request'
}

function ttlOf({ ttlMs }: CacheMark): string {
  return Number.isFinite(ttlMs) ? `; ttl=${secondsLeft(ttlMs)}` : ''
}

/** The nearest whole number of seconds, but below 0 for what is over. */
export function secondsLeft(ttlMs: number): number {
  return ttlMs < 0 ? Math.floor(ttlMs / 1_000) : Math.round(ttlMs / 1_000)
}

import { UnusableKeyError } from './errors.ts'
import type { KeySource, KeySourceParts } from './key-source.ts'
import { readKeys, type VerificationKey } from './keys.ts'
import type { JwtRules } from './options.ts'

/** How long the issuer may take to answer, in milliseconds. */
const FETCH_TIMEOUT_MS = 5_000
/** A key set is a few kilobytes; more than this is something else. */
const BODY_CHARACTERS_MAX = 1_000_000

/**
 * Keys from the URL of a JSON Web Key Set. They are fetched at once in the background, again when they reach
 * `keysAgeMsMax`, and earlier for a token with an unknown `kid`, but never within `keysAgeMsMin` of the last attempt:
 * made-up tokens cannot turn this server against the issuer. While the issuer does not answer, the old keys stay.
 */
export function createFetchedKeys(url: string, rules: JwtRules, parts: KeySourceParts): KeySource {
  const { clock, observe, onChange } = parts
  let text: string | undefined
  let keys: readonly VerificationKey[] | undefined
  let lastAttempt = Number.NEGATIVE_INFINITY
  let running: Promise<void> | undefined
  let cancel = () => {}
  let closed = false

  /** One request at a time, however many ask. */
  function load(): Promise<void> {
    running ??= fetchKeys().finally(() => {
      running = undefined
      schedule()
    })
    return running
  }

  async function fetchKeys(): Promise<void> {
    lastAttempt = clock.now()
    try {
      const fetched = await fetchText(url, parts.fetch)
      keys = readKeys(fetched, { isBase64: false, allowSecret: false })
      const changed = fetched !== text
      text = fetched
      if (changed) onChange()
      observe({ kind: 'identity.keys-loaded', from: url, keys: keys.length, changed })
    } catch (error) {
      observe({ kind: 'identity.keys-failed', from: url, error: error as Error })
    }
  }

  function schedule(): void {
    cancel()
    if (!closed) {
      cancel = clock.after(
        keys === undefined ? rules.keysAgeMsMin : rules.keysAgeMsMax,
        () => void load(),
      )
    }
  }

  void load()
  return {
    get keys() {
      return keys
    },
    renew() {
      if (running !== undefined) return running
      return clock.now() - lastAttempt < rules.keysAgeMsMin ? undefined : load()
    },
    reload: load,
    close() {
      closed = true
      cancel()
    },
  }
}

async function fetchText(url: string, fetch: typeof globalThis.fetch): Promise<string> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  })
  if (!response.ok) throw new UnusableKeyError(`${url} answered ${response.status}`)
  const text = await response.text()
  if (text.length > BODY_CHARACTERS_MAX) throw new UnusableKeyError(`${url} answered too much`)
  return text
}

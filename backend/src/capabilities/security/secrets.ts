import { createHmac, randomBytes } from 'node:crypto'
import type { Seeds } from './facts.ts'

/** A fingerprint has so many bytes: it fits into a number. */
const FINGERPRINT_BYTES = 6

/** What follows from one secret. Without one there is a new secret for each process: its fingerprints mean nothing elsewhere. */
export interface Secrets {
  readonly seeds: Seeds
  readonly chainKey: Buffer | undefined
  /** Signs what processes tell each other. */
  readonly newsKey: Buffer | undefined
  fingerprint(text: string): number
}

export function createSecrets(secret: string | undefined, node: string): Secrets {
  const root = secret === undefined ? randomBytes(32) : Buffer.from(secret)
  const derived = (purpose: string): Buffer => createHmac('sha256', root).update(purpose).digest()
  const seeds = derived('seeds')
  const own = createHmac('sha256', root).update(`node ${node}`).digest()
  const fingerprintKey = derived('fingerprints')
  return {
    seeds: { a: seeds.readInt32LE(0), b: seeds.readInt32LE(4), own: own.readInt32LE(0) },
    chainKey: secret === undefined ? undefined : derived('chain'),
    newsKey: secret === undefined ? undefined : derived('news'),
    fingerprint(text) {
      const hash = createHmac('sha256', fingerprintKey).update(text).digest()
      return hash.readUIntBE(0, FINGERPRINT_BYTES)
    },
  }
}

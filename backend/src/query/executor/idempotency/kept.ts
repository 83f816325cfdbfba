import { Buffer } from 'node:buffer'
import type { Outcome } from '../outcome.ts'

/** An answer as it is kept; null when it is larger than that. */
export function keptText(outcome: Outcome, bytesMax: number): string | null {
  const text = JSON.stringify(outcome)
  return Buffer.byteLength(text) > bytesMax ? null : text
}

const NOTHING: Outcome = Object.freeze({
  body: null,
  rows: 0,
  total: null,
  estimated: null,
  status: null,
  headers: null,
  location: null,
  inserted: null,
})

/** The answer that was kept, by this S-Tier or one before it, which may have known fewer parts of an answer. */
export function readKept(text: string): Outcome {
  const parts = JSON.parse(text) as Partial<Outcome> // Nobody but `keptText` writes there.
  return { ...NOTHING, ...parts, isReplay: true }
}

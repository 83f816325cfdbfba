import { option } from '../../../base/index.ts'

const GIB = 1_073_741_824

/** How much a process keeps in memory. */
export interface MemoryOptions {
  /** Entries for which there is room from the start, and always as far as `bytesMax` allows. Default 100. */
  entriesMin?: number
  /** Entries for which there is room at most. The same as `entriesMin`: the room does not follow the load. Default 1_000_000. */
  entriesMax?: number
  /** Bytes that all entries may have together, as their caller counts them. Default 67_108_864. */
  bytesMax?: number
  /** What twice the room has to bring, as a share of hits from 0 to 1, to be given. Default 0.01. */
  growthGainMin?: number
}
export type MemoryRules = Readonly<Required<MemoryOptions>>
export const MEMORY_DEFAULTS: MemoryRules = Object.freeze({
  entriesMin: 100,
  entriesMax: 1_000_000,
  bytesMax: 67_108_864,
  growthGainMin: 0.01,
})
export const MEMORY_CHECKS: option.Checks<MemoryOptions> = Object.freeze({
  entriesMin: option.integer({ min: 1, max: 10_000_000 }),
  entriesMax: option.integer({ min: 1, max: 10_000_000 }),
  bytesMax: option.integer({ min: 1, max: 1_024 * GIB }),
  growthGainMin: option.number({ min: 0, max: 1 }),
})

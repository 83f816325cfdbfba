import type { CheckpointStore } from '../checkpoint.ts'
import type { WalSource } from './source.ts'

/**
 * The slot as the place where a reader keeps its own place: it is there as long as the log is kept for it, moves only by what is
 * acknowledged, and one process alone can read it. To the end of a whole transaction: after a crash in the middle of one, all of it
 * comes again.
 */
export function createSlotCheckpoints(source: WalSource): CheckpointStore {
  return {
    async claim() {
      return { isHeld: true, fence: '0', cursor: await source.confirmed(), journal: undefined }
    },
    async save({ cursor }) {
      source.acknowledge(cursor)
      return true
    },
  }
}

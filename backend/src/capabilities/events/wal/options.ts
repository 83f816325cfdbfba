import { option } from '../../../base/index.ts'

const DAY_MS = 86_400_000

/** How much of the log waits here and in the server, and how soon trouble is noticed. */
export interface WalSourceOptions {
  /**
   * Bytes of changes that have arrived and wait to be read. With more, the server is not listened to until half of them have been
   * read; it keeps the log meanwhile. Default 8_388_608.
   */
  bufferBytesMax?: number
  /** Time between two words to the server, in milliseconds: less than its `wal_sender_timeout`. Default 10_000. */
  statusEveryMs?: number
  /** A server that has said nothing for this long is gone, in milliseconds; so is one that takes as long to begin. Default 30_000. */
  silenceMs?: number
  /** Time between two looks at the slot, in milliseconds. Default 10_000. */
  checkEveryMs?: number
  /** Bytes of the log that the slot keeps from being removed, from which on that is told. Default 1_073_741_824. */
  lagBytesTold?: number
  /**
   * Read from a server without `max_slot_wal_keep_size` too, where a slot that nobody reads fills the disk and stops the server.
   * Default false.
   */
  isUnlimitedAllowed?: boolean
  /**
   * What lets the slot move on, so that the server may remove the log before it: `acknowledge`, called once a checkpoint is
   * written, or reading on, for those who begin anew when they are started again. Default `checkpoint`.
   */
  acknowledgeBy?: 'checkpoint' | 'reading'
}
export type WalSourceRules = Readonly<Required<WalSourceOptions>>
export const WAL_SOURCE_DEFAULTS: WalSourceRules = Object.freeze({
  bufferBytesMax: 8_388_608,
  statusEveryMs: 10_000,
  silenceMs: 30_000,
  checkEveryMs: 10_000,
  lagBytesTold: 1_073_741_824,
  isUnlimitedAllowed: false,
  acknowledgeBy: 'checkpoint',
})
export const WAL_SOURCE_CHECKS: option.Checks<WalSourceOptions> = Object.freeze({
  bufferBytesMax: option.integer({ min: 1_024, max: 2 ** 32 }),
  statusEveryMs: option.duration({ min: 10, max: DAY_MS }),
  silenceMs: option.duration({ min: 50, max: DAY_MS }),
  checkEveryMs: option.duration({ min: 10, max: DAY_MS }),
  lagBytesTold: option.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
  isUnlimitedAllowed: option.flag(),
  acknowledgeBy: option.oneOf('checkpoint', 'reading'),
})

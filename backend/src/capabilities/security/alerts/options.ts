import { option } from '../../../base/index.ts'
import type { SecuritySettings } from '../options.ts'
import { type AlertChannels, CHANNELS_CHECK } from './channel-rules.ts'
import { type Silence, SILENCES_CHECK } from './silences.ts'

const MEGABYTE = 1_048_576

/** Where alerts go, and what is kept of them and of events. */
export interface AlertingOptions {
  /** Channels by name. Default: none, and alerts are lines of the log alone. */
  alerts?: AlertChannels
  /** What is not told of. Default: none. */
  silences?: readonly Silence[]
  /** Keeps what waits to be sent, and the record of alerts and decisions. Default: none, in memory alone. */
  spoolDirectory?: string | undefined
  /** What may wait for one channel; then the least important goes first. Default 16_777_216. */
  spoolBytesMax?: number
  /** How often each channel is shown to work, in milliseconds; 0: never. Default 300_000. */
  heartbeatMs?: number
  /** Writes all events into this file, for back-tests. Default: none. */
  recordPath?: string | undefined
  /** A file that is larger is put away. Default 67_108_864. */
  recordBytesMax?: number
  /** So many files are kept, of events and of the record. Default 8. */
  recordFilesMax?: number
}
export type AlertingRules = Readonly<Required<AlertingOptions>>

export const ALERTING_DEFAULTS: AlertingRules = Object.freeze({
  alerts: Object.freeze({}),
  silences: Object.freeze([]),
  spoolDirectory: undefined,
  spoolBytesMax: 16 * MEGABYTE,
  heartbeatMs: 300_000,
  recordPath: undefined,
  recordBytesMax: 64 * MEGABYTE,
  recordFilesMax: 8,
})

export const ALERTING_CHECKS: option.Checks<AlertingOptions> = Object.freeze({
  alerts: CHANNELS_CHECK,
  silences: SILENCES_CHECK,
  spoolDirectory: option.text(),
  spoolBytesMax: option.integer({ min: 65_536, max: 1_024 * MEGABYTE }),
  heartbeatMs: option.duration({ min: 0, max: 7 * 86_400_000 }),
  recordPath: option.text(),
  recordBytesMax: option.integer({ min: 65_536, max: 4_096 * MEGABYTE }),
  recordFilesMax: option.integer({ min: 2, max: 1_000 }),
})

/** The options of a server's `security` are those of the monitor and those of alerting: each takes only its own. */
export function securityParts(all: SecuritySettings & AlertingRules): {
  readonly watching: SecuritySettings
  readonly alerting: AlertingRules
} {
  const entries = Object.entries(all)
  const isOfAlerting = ([name]: readonly [string, unknown]) => Object.hasOwn(ALERTING_CHECKS, name)
  return {
    watching: Object.fromEntries(entries.filter(entry => !isOfAlerting(entry))) as SecuritySettings,
    alerting: Object.fromEntries(entries.filter(isOfAlerting)) as AlertingRules,
  }
}

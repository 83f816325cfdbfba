import type { Clock } from '../base/index.ts'
import type { createServer } from '../server.ts'
import type { startDevDatabase } from './embedded/index.ts'

/** What of `process` is listened to for signals. */
export interface SignalSource {
  on(name: NodeJS.Signals, listener: () => void): unknown
}

/** Everything outside a command: a test hands in another one. */
export interface World {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where the command was started. */
  readonly directory: string
  /** A person reads the output as it comes. */
  readonly isTerminal: boolean
  readonly clock: Clock
  readonly signals: SignalSource
  /** Ends the process at once. */
  readonly exit: (code: number) => void
  readonly version: string
  /** Loaded when it is needed. */
  readonly loadServer: () => Promise<typeof createServer>
  readonly startDevDatabase: typeof startDevDatabase
}

import type { LoadReport } from './messages.ts'

/** The connections of one portion of load, open and idle until `run`. */
export interface Portion {
  /** May be called once. */
  run(): Promise<LoadReport>
  close(): void
}

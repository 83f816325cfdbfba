import type { Notice } from './notice.ts'

/** What becomes of alerts and of the record. */
export type SecurityAlertingEvent =
  /** For the log, where that is a sink. */
  | {
      readonly kind: 'security.notice'
      readonly notice: Notice
      /** What the line is to have instead of our own fields: a document of ECS or OCSF. */
      readonly document?: object
    }
  /** Nothing arrives at a sink from now on. Told once, and then when it works again. */
  | {
      readonly kind: 'security.sink-failed'
      readonly sink: string
      readonly error: unknown
      /** What waits for it. */
      readonly queued: number
    }
  | {
      readonly kind: 'security.sink-works'
      readonly sink: string
      readonly afterMs: number
      readonly queued: number
    }
  /** Given up: the queue was full, or the sink takes everything but these. */
  | {
      readonly kind: 'security.alerts-dropped'
      readonly sink: string
      readonly count: number
      readonly reason: 'full' | 'refused' | 'unreadable'
    }
  /** A sink has taken a message, and says that it threw some of it away, so many since the start, or what is not as it should be. */
  | {
      readonly kind: 'security.alerts-rejected'
      readonly sink: string
      readonly count: number
      readonly message: string
    }
  /** They are in memory only at the moment. */
  | { readonly kind: 'security.spool-failed'; readonly sink: string; readonly error: unknown }
  /** A file of events, or of alerts and decisions, cannot be written. */
  | { readonly kind: 'security.record-failed'; readonly path: string; readonly error: unknown }

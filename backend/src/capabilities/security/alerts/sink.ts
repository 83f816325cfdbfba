import type { Notice } from './notice.ts'

/** Of what has arrived, some was thrown away there, or something is not as it should be: it is told of, and not sent again. */
export interface Remark {
  /** How many were thrown away; 0: none, it is a piece of advice. */
  readonly count: number
  /** In the words of the sink. */
  readonly message: string
}

/** A place that alerts are sent to. */
export interface AlertSink {
  readonly name: string
  /**
   * Resolves once they have arrived. Rejects with ST432 when they have not: then they are sent again. Ends with the signal. What the
   * sink says of those that it took is for `remark`.
   */
  send(
    notices: readonly Notice[],
    signal: AbortSignal,
    remark?: (remark: Remark) => void,
  ): Promise<void>
}

/** What a kind of sink is like, where its channel does not say otherwise. */
export interface SinkNature {
  readonly sink: AlertSink
  /** Notices in one message. */
  readonly batchMax: number
  /** Messages in a minute. */
  readonly perMinuteMax: number
  /** It keeps incidents open until it is told that they are over. */
  readonly wantsResolved: boolean
  /** A person reads each message: a heartbeat now and then is enough. */
  readonly isRead: boolean
  /** It never fails and keeps no one waiting: nothing is put on disk for it. */
  readonly isLocal: boolean
}

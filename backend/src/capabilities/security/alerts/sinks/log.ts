import type { Observer } from '../../../../base/index.ts'
import type { SecurityAlertingEvent } from '../events.ts'
import type { SinkNature } from '../sink.ts'

/** Into the log, by the way that all events go. */
export function createLogSink(name: string, observe: Observer<SecurityAlertingEvent>): SinkNature {
  return {
    batchMax: 100,
    perMinuteMax: 600,
    wantsResolved: false,
    isRead: true,
    isLocal: true,
    sink: {
      name,
      send(notices) {
        for (const notice of notices) observe({ kind: 'security.notice', notice })
        return Promise.resolve()
      },
    },
  }
}

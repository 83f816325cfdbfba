import type { Observer } from '../../../../base/index.ts'
import type { SecurityAlertingEvent } from '../events.ts'
import { foreignDocument, type Format } from '../formats/format.ts'
import type { SinkNature } from '../sink.ts'

/** Into the log, by the way that all events go. */
export function createLogSink(
  name: string,
  format: Format,
  observe: Observer<SecurityAlertingEvent>,
): SinkNature {
  return {
    batchMax: 100,
    perMinuteMax: 600,
    wantsResolved: false,
    isRead: true,
    isLocal: true,
    sink: {
      name,
      send(notices) {
        for (const notice of notices) {
          const document = foreignDocument(format, notice)
          const event = { kind: 'security.notice', notice } as const
          observe(document === undefined ? event : { ...event, document })
        }
        return Promise.resolve()
      },
    },
  }
}

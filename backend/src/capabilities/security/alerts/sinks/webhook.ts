import { createHmac } from 'node:crypto'
import type { Clock } from '../../../../base/index.ts'
import { commandOf } from '../evidence-command.ts'
import { foreignDocument, type Format } from '../formats/format.ts'
import type { Notice } from '../notice.ts'
import type { SinkNature } from '../sink.ts'
import { post, type PostTarget } from './post.ts'

interface WebhookSetup extends PostTarget {
  /** Signs what is sent. As base64 after `whsec_`, or any text. */
  readonly secret: string | undefined
  readonly format: Format
  readonly clock: Clock
}

/** Each notice as JSON, with the headers of Standard Webhooks: their libraries verify it. */
export function createWebhook(setup: WebhookSetup): SinkNature {
  const { name, secret, format, clock } = setup
  const key = secret === undefined ? undefined : keyOf(secret)
  return {
    batchMax: 1,
    perMinuteMax: 60,
    wantsResolved: false,
    isRead: false,
    isLocal: false,
    sink: {
      name,
      async send(notices, signal) {
        for (const notice of notices) {
          const body = JSON.stringify(foreignDocument(format, notice) ?? webhookBody(notice))
          const timestamp = String(Math.floor(clock.epochMs() / 1_000))
          const signature = key && `v1,${signatureOf(key, `${notice.id}.${timestamp}.${body}`)}`
          const headers = {
            'content-type': 'application/json',
            'webhook-id': notice.id,
            'webhook-timestamp': timestamp,
            ...(signature === undefined ? {} : { 'webhook-signature': signature }),
          }
          await post(setup, { headers, body }, signal)
        }
      },
    },
  }
}

/** `docs/reference/security-alerts.md` describes it: what is here stays. */
export function webhookBody(notice: Notice) {
  const { id, kind, key, alert, count, firstAtMs, lastAtMs, query } = notice
  const { rule, level, mitre, principal, summary, evidence, suggestion, outcome, node } = alert
  return {
    type: `security.${kind}`,
    timestamp: new Date(lastAtMs).toISOString(),
    data: {
      ...{ id, key, rule, level, mitre, principal, summary, count },
      firstAt: new Date(firstAtMs).toISOString(),
      lastAt: new Date(lastAtMs).toISOString(),
      ...{ outcome, suggestion, evidence, query, command: commandOf(notice), node },
    },
  }
}

const PREFIX = 'whsec_'

function keyOf(secret: string): Buffer {
  return secret.startsWith(PREFIX)
    ? Buffer.from(secret.slice(PREFIX.length), 'base64')
    : Buffer.from(secret)
}

function signatureOf(key: Buffer, text: string): string {
  return createHmac('sha256', key).update(text).digest('base64')
}

import type { Clock, Observer } from '../../../base/index.ts'
import type { AlertChannel } from './channel-rules.ts'
import type { SecurityAlertingEvent } from './events.ts'
import type { SinkNature } from './sink.ts'
import { createAlertmanager } from './sinks/alertmanager.ts'
import { createEmail } from './sinks/email.ts'
import { createLogSink } from './sinks/log.ts'
import { createPagerDuty, PAGERDUTY_URL } from './sinks/pagerduty.ts'
import type { PostTarget } from './sinks/post.ts'
import { createSlack } from './sinks/slack.ts'
import { createWebhook } from './sinks/webhook.ts'

interface SinkSetup {
  readonly name: string
  readonly channel: AlertChannel
  readonly timeoutMs: number
  readonly resolveAfterMs: number
  readonly heartbeatMs: number
  readonly clock: Clock
  readonly observe: Observer<SecurityAlertingEvent>
}

/** The sink of a channel whose rules were checked. */
export function makeSink(setup: SinkSetup): SinkNature {
  const { name, channel, timeoutMs, clock } = setup
  const { kind, secret, routingKey = '', token, from = '', to = [], requireTls = true } = channel
  switch (kind) {
    case 'webhook':
      return createWebhook({ ...targetOf(setup), secret, clock })
    case 'slack':
      return createSlack(targetOf(setup))
    case 'pagerduty':
      return createPagerDuty({ ...targetOf(setup), routingKey })
    case 'alertmanager': {
      const { resolveAfterMs, heartbeatMs } = setup
      return createAlertmanager({ ...targetOf(setup), token, resolveAfterMs, heartbeatMs })
    }
    case 'email': {
      const { url, ca } = targetOf(setup)
      return createEmail({ name, url, from, to, requireTls, ca, timeoutMs })
    }
    case 'log':
      return createLogSink(name, setup.observe)
  }
}

function targetOf({ name, channel }: SinkSetup): PostTarget {
  const { url = PAGERDUTY_URL, allowPrivate = false, ca } = channel
  return { name, url: new URL(url), allowPrivate, ca }
}

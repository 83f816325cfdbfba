import type { Clock, Observer } from '../../../base/index.ts'
import type { Reach } from './address-of.ts'
import type { AlertChannel } from './channel-rules.ts'
import type { SecurityAlertingEvent } from './events.ts'
import type { SinkNature } from './sink.ts'
import { createAlertmanager } from './sinks/alertmanager.ts'
import { createEmail } from './sinks/email.ts'
import { createLogSink } from './sinks/log.ts'
import { createOtlp } from './sinks/otlp.ts'
import { createPagerDuty, PAGERDUTY_URL } from './sinks/pagerduty.ts'
import type { PostTarget } from './sinks/post.ts'
import { createSlack } from './sinks/slack.ts'
import { createSyslog, type SyslogIdentity } from './sinks/syslog.ts'
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
  const { format = 's-tier', facility = 'authpriv', appName = 's-tier' } = channel
  switch (kind) {
    case 'webhook':
      return createWebhook({ ...targetOf(setup), secret, format, clock })
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
      const reach = reachOf(channel)
      return createEmail({ name, url, from, to, requireTls, ca, reach, timeoutMs })
    }
    case 'syslog': {
      const { url, ca } = targetOf(setup)
      const reach = reachOf(channel)
      return createSyslog({
        ...{ name, url, reach, ca, facility, appName, format, clock },
        identity: identityOf(channel),
      })
    }
    case 'otlp':
      return createOtlp({ ...targetOf(setup), token })
    case 'log':
      return createLogSink(name, format, setup.observe)
  }
}

function targetOf({ name, channel }: SinkSetup): PostTarget {
  const { url = PAGERDUTY_URL, allowPrivate = false, ca } = channel
  return { name, url: new URL(url), allowPrivate, ca }
}

function identityOf({ certificate, key }: AlertChannel): SyslogIdentity | undefined {
  return certificate === undefined || key === undefined ? undefined : { certificate, key }
}

/** Relays of mail and collectors of logs are mostly inside. */
function reachOf({ allowPrivate }: AlertChannel): Reach {
  if (allowPrivate === undefined) return 'reachable'
  return allowPrivate ? 'any' : 'public'
}

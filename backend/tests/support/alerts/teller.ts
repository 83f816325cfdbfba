// A process of its own, for tests that kill it: tells alerts to a sink that takes none, and says so once they are safe.
import { openAlerting } from '../../../src/capabilities/security/index.ts'
import { anAlert } from './an-alert.ts'

const [, , spoolDirectory, url, prefix, count] = process.argv
const alerting = await openAlerting({
  alerts: { ops: { kind: 'webhook', url: url ?? '', allowPrivate: true } },
  spoolDirectory,
  heartbeatMs: 0,
})
for (let index = 0; index < Number(count); index++) {
  await alerting.tell(anAlert({ id: `${prefix}-${index}`, rule: `rule-${prefix}-${index}` }))
}
process.stdout.write('safe\n')
setInterval(() => undefined, 1_000)

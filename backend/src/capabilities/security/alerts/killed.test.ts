import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../../tests/support/folder.ts'
import { freePort } from '../../../../tests/support/free-port.ts'
import { openAlerting } from './alerting.ts'
import { startCollector } from '../../../../tests/support/alerts/collector.ts'

const TELLER = fileURLToPath(new URL('../../../../tests/support/alerts/teller.ts', import.meta.url))

/** Resolves once the process says that its alerts are safe. */
async function tellApart(...words: readonly string[]): Promise<ChildProcess> {
  const argv = ['--import', import.meta.resolve('tsx'), TELLER, ...words]
  const child = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

test('what processes had to tell that were killed is told by the next one, each of it once', async () => {
  const folder = temporaryFolder('spool')
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const processes = await Promise.all([
    tellApart(folder, url, 'a', '3'),
    tellApart(folder, url, 'b', '2'),
  ])
  for (const child of processes) await kill(child)
  const collector = await startCollector(port)
  const alerting = await openAlerting({
    alerts: { ops: { kind: 'webhook', url, allowPrivate: true } },
    spoolDirectory: folder,
    heartbeatMs: 0,
  })
  onTestFinished(() => alerting.stop())
  await expect.poll(() => collector.got.length, { timeout: 10_000 }).toBe(5)
  const ids = collector.got.map(({ headers }) => headers['webhook-id'])
  expect(ids.sort()).toEqual(['a-0', 'a-1', 'a-2', 'b-0', 'b-1'])
  await expect.poll(() => alerting.report().channels[0]?.waiting).toBe(0)
})

import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { createPool, parseTarget, type Step } from '../../src/capabilities/pool/index.ts'
import { startEmbedded } from '../../src/cli/embedded/index.ts'

const ONE: Step = { text: 'select 1', name: '', values: [], discard: false }

test('a restarted server is not stormed, and serves again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 's-tier-restart-'))
  chmodSync(folder, 0o755)
  const settings = { fsync: 'off' }
  const dataDir = join(folder, 'data')
  const server = await startEmbedded({ dataDir, settings })
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const pool = createPool({
    target: parseTarget(server.url),
    sizeMin: 10,
    connectsPerSecondMax: 20,
  })
  onTestFinished(() => pool.end(1_000).then(() => undefined))
  await pool.fill()
  await server.stop()
  let isOver = false
  let served = 0
  const call = async () => {
    while (!isOver) {
      const answer = await pool.use(connection => connection.batch([ONE])).catch(() => undefined)
      if (answer !== undefined) served++
      await new Promise(resolve => setTimeout(resolve, 5))
    }
  }
  const callers = Array.from({ length: 40 }, call)
  await new Promise(resolve => setTimeout(resolve, 1_500))
  const { failed } = pool.stats()
  expect(served).toBe(0)
  expect(failed).toBeLessThan(20) // Not one for each caller, again and again.
  const again = await startEmbedded({ dataDir, settings, port: server.port })
  onTestFinished(() => again.stop())
  const isBack = () => served > 100 && pool.stats().size === 10
  await expect.poll(isBack, { timeout: 20_000 }).toBe(true)
  isOver = true
  await Promise.all(callers)
})

import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { startRedis } from '../support/redis.ts'

const MEMBER = fileURLToPath(new URL('shared-loads-member.ts', import.meta.url))
/** Processes; the bar is eight. */
const PROCESSES = Number(process.env['STIER_CACHE_PROCESSES'] ?? 2)
const CALLS = 50
const PATIENCE = { timeout: 60_000, interval: 5 }
/** Processes start slowly on a busy machine. */
const TIMEOUT_MS = 120_000

const cleanup: (() => unknown)[] = []
afterEach(async () => {
  for (const end of cleanup.splice(0).reverse()) await end()
})

interface Member {
  readonly said: string[]
  miss(key: string): void
  kill(): void
}

async function started(loadMs: number): Promise<readonly Member[]> {
  const redis = await startRedis()
  cleanup.push(redis.stop)
  const members = Array.from({ length: PROCESSES }, () => startMember(redis.url, loadMs))
  await expect.poll(() => members.every(({ said }) => said.includes('ready')), PATIENCE).toBe(true)
  return members
}

function startMember(url: string, loadMs: number): Member {
  const args = ['--import', 'tsx', MEMBER, url, String(loadMs)]
  const child: ChildProcess = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  cleanup.push(() => child.kill('SIGKILL'))
  const said: string[] = []
  createInterface({ input: child.stdout! }).on('line', line => void said.push(line))
  return {
    said,
    miss: key => void child.stdin?.write(`${key}\n`),
    kill: () => void child.kill('SIGKILL'),
  }
}

const loads = (members: readonly Member[]) =>
  members.flatMap(({ said }) => said).filter(word => word === 'loads').length
const got = (members: readonly Member[]) =>
  members.flatMap(({ said }) => said).filter(word => word.startsWith('got'))

test(`${PROCESSES} processes that miss a key ${CALLS} times each load it once`, {
  timeout: TIMEOUT_MS,
}, async () => {
  const members = await started(20)
  for (let round = 1; round <= 5; round++) {
    for (const { miss } of members) miss(`key ${round}`)
    await expect.poll(() => got(members).length, PATIENCE).toBe(round * PROCESSES)
    expect(loads(members)).toBe(round)
  }
  expect(new Set(got(members)).size).toBe(5) // All of a round got the same value.
  for (const word of got(members)) expect(word).toMatch(new RegExp(`^got ${CALLS} \\S+$`))
})

/** Its lease has to end first: that takes long, and leases.test.ts has it with connections. */
const isLong = process.env['STIER_CACHE_PROCESSES'] !== undefined

test.runIf(isLong)(
  'when the one that loads is killed, one other loads',
  { timeout: TIMEOUT_MS },
  async () => {
    const members = await started(3_000)
    for (const { miss } of members) miss('key')
    await expect.poll(() => loads(members), PATIENCE).toBe(1)
    const holder = members.find(({ said }) => said.includes('loads'))!
    const others = members.filter(member => member !== holder)
    holder.kill()
    await expect.poll(() => got(others).length, PATIENCE).toBe(PROCESSES - 1)
    expect(loads(members)).toBe(2)
  },
)

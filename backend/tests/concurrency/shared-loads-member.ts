// One process that misses the same key many times at once, when it is told to on its standard input. Says on its standard output what it
// loads, and how many callers got a value.
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { createLeases, createRedisStore } from '../../src/capabilities/cache/index.ts'
import { loadedOnce } from '../../src/capabilities/cache/testing/loaded-once.ts'
import { createRedis } from '../../src/capabilities/redis/index.ts'

const CALLS = 50

const [url = '', loadMs = '20'] = process.argv.slice(2)
const redis = createRedis({ url, commandTimeoutMs: 5_000 })
const store = createRedisStore({ redis })
const leases = createLeases({ redis, waitMs: 30_000 })
const say = (word: string): void => void process.stdout.write(`${word}\n`)

async function load(): Promise<string> {
  say('loads')
  await sleep(Number(loadMs))
  return randomUUID()
}

async function missed(key: string): Promise<void> {
  const values = await Promise.all(
    Array.from({ length: CALLS }, () => loadedOnce({ store, leases }, key, load)),
  )
  say(`got ${values.length} ${[...new Set(values)].join(' ')}`)
}

while (!redis.isReady) await sleep(5)
say('ready')
for await (const key of createInterface({ input: process.stdin })) await missed(key)
process.exit()

import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPackages, installInto, MANIFEST, ROOT } from './package.ts'

/** A program's folder, with the package in it and nothing else. */
let folder = ''
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 's-tier-faces-'))
  chmodSync(folder, 0o755)
  installInto(folder)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What each face of the package needs of others to be loaded, and something that it exports. */
const FACES: Readonly<Record<string, { readonly needs: readonly string[]; readonly has: string }>> =
  {
    './breaker': { needs: [], has: 'createBreaker' },
    './cache': { needs: [], has: 'createCache' },
    './events': { needs: [], has: 'createStreams' },
    './limiter': { needs: [], has: 'createLimiter' },
    './replicas': { needs: [], has: 'createReplicas' },
    './pool': { needs: ['pg'], has: 'createPool' },
    './security': { needs: ['nodemailer'], has: 'createSecurityMonitor' },
    './schema': { needs: [], has: 'enablePart' },
    './redis': { needs: ['ioredis'], has: 'createRedis' },
    './validation': { needs: [], has: 'createBodyGuard' },
    '.': { needs: Object.keys(MANIFEST.dependencies), has: 'createServer' },
  }

test('every face of the package is known here', () => {
  const faces = Object.keys(MANIFEST.exports).filter(name => name !== './package.json')
  expect(Object.keys(FACES).sort()).toEqual(faces.sort())
})

test.each(Object.entries(FACES))('%s loads with nothing but what it needs', (face, rule) => {
  const remove = addPackages(folder, rule.needs)
  const name = `s-tier${face.slice(1)}`
  const text = `import('${name}').then(face => console.log(typeof face.${rule.has}))`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', text], {
    cwd: folder,
    encoding: 'utf8',
  })
  remove()
  expect({ stdout, stderr }).toEqual({ stdout: 'function\n', stderr: '' })
})

/** What a program in TypeScript does with each face; the last line must be refused, or nothing is checked at all. */
const CONSUMER = `
import Fastify from 'fastify'
import { type Config, createServer, defineConfig } from 's-tier'
import { type Breaker, type BreakerStatus, breakersPlugin, createBreaker } from 's-tier/breaker'
import { type Cache, type CacheStats, createCache } from 's-tier/cache'
import { createStreams, type Streams } from 's-tier/events'
import { createLimiter, type Decision, type Limiter, limiterPlugin } from 's-tier/limiter'
import { enableJournal, type JournalEnabled } from 's-tier/events'
import * as parts from 's-tier/schema'
import { createPool, parseTarget, type Pool, poolPlugin, type PoolStats } from 's-tier/pool'
import { createRedis, type Redis } from 's-tier/redis'
import { createReplicas, type NodeSource, type Replicas, replicasPlugin } from 's-tier/replicas'
import { createSecurityMonitor, type SecurityMonitor, securityPlugin, testRule } from 's-tier/security'
import { createSchemaCheck, type SchemaCheck, validationPlugin } from 's-tier/validation'

export default defineConfig({ pool: { sizeMax: 20 }, breaker: { failuresToOpen: 3 } })
export const pool: Pool = createPool({ target: parseTarget('postgres://db/app'), sizeMin: 2 })
export const stats: PoolStats = pool.stats()
export const breaker: Breaker = createBreaker('prices', { openForMs: 1_000 })
export const status: BreakerStatus = breaker.status()
export const cache: Cache<number> = createCache({ ttlMs: 60_000 })
export const cacheStats: CacheStats = cache.stats()
export const streams: Streams = createStreams({ database: pool, eventBytesMax: 10_000 })
export const journaled: Promise<JournalEnabled> = pool.use(session => enableJournal(session, { parts, tables: ['orders'] }))
export const redis: Redis = createRedis({ url: 'redis://cache', breaker })
createLimiter({ redis })
export const check: SchemaCheck = createSchemaCheck({ type: 'object' }, { faultsMax: 5 })
export const monitor: SecurityMonitor = createSecurityMonitor({ redis, secret: 'x' })
export const found = testRule({ events: ['access.denied'], threshold: 3 }, [])
export const limiter: Limiter = createLimiter({ rules: { all: { limit: 10 } } })
export const decision: Decision | undefined = limiter.decideNow({ attribute: () => undefined })
declare const nodes: readonly NodeSource[]
export const replicas: Replicas = createReplicas({ nodes })
export const serve: (config: Config, parts: Parameters<typeof createServer>[1]) => unknown = createServer

const app = Fastify()
app.register(poolPlugin, { pool })
app.register(breakersPlugin)
app.register(limiterPlugin, { limiter })
app.register(securityPlugin, { monitor })
app.register(validationPlugin, { body: { depthMax: 8 }, block: ['sql'] })
app.register(replicasPlugin, { replicas })
app.get('/', { config: { breaker: 'prices' } }, async (request, reply) => {
  const node: number | undefined = await app.replicas.read(request.readNeed)
  const rows: Record<string, unknown>[] = await app.pool.query('select 1 as one')
  return reply.tellWrite(node ?? 0, '0/0').send({ rows, breakers: app.breakers.all().length })
})

// @ts-expect-error: sizes are numbers.
createPool({ target: parseTarget('postgres://db/app'), sizeMin: '2' })
`
const OPTIONS = {
  target: 'ES2023',
  lib: ['ES2023'],
  module: 'NodeNext',
  types: ['node'],
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  allowJs: true,
  checkJs: true,
}

test('a program in TypeScript finds the types of every face, and the examples keep to them', () => {
  addPackages(folder, [...Object.keys(MANIFEST.dependencies), '@types/node'])
  for (const name of [
    'pool',
    'breaker',
    'cache',
    'events',
    'limiter',
    'replicas',
    'security',
    'validation',
  ]) {
    cpSync(join(ROOT, 'examples', name), join(folder, name), { recursive: true })
  }
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}')
  writeFileSync(join(folder, 'consumer.ts'), CONSUMER)
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: OPTIONS }))
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout, status } = spawnSync(process.execPath, [compiler, '-p', folder], {
    encoding: 'utf8',
  })
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 })
}, 180_000)

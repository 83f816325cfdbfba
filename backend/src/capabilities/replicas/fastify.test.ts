import fastify, { type FastifyPluginAsync } from 'fastify'
import { expect, test } from 'vitest'
import { systemClock } from '../../base/index.ts'
import { type ReplicasPluginOptions, replicasPlugin } from './fastify.ts'
import { createReplicas } from './replicas.ts'
import { readNeedOf } from './request-need.ts'
import { createFakeCluster } from './testing/fake-cluster.ts'

const plugin = replicasPlugin as unknown as FastifyPluginAsync<ReplicasPluginOptions>

async function serve(options: Omit<ReplicasPluginOptions, 'replicas'> = {}) {
  const { sources } = createFakeCluster(2, systemClock)
  const replicas = createReplicas({ nodes: sources, clock: systemClock })
  const app = fastify()
  await app.register(plugin, { replicas, ...options })
  app.get('/read', async request => ({ node: await app.replicas.read(request.readNeed) }))
  app.post('/write', async (_request, reply) => reply.tellWrite(0, '0/3E8').send('written'))
  app.post('/bad', async (_request, reply) => reply.tellWrite(0, 'nowhere').send('written'))
  await app.ready()
  return app
}

test('a browser and a script read their own writes', async () => {
  const app = await serve()
  const written = await app.inject({ method: 'POST', url: '/write' })
  expect(written.headers).toMatchObject({
    's-tier-consistency': '7:1:3e8',
    'set-cookie': 's_tier_consistency=7:1:3e8; Max-Age=300; Path=/; HttpOnly; SameSite=Lax',
  })
  const read = async (headers: Record<string, string>) =>
    (await app.inject({ url: '/read', headers })).json()
  expect(await read({})).toEqual({ node: 1 })
  expect(await read({ cookie: 'a=b; s_tier_consistency=7:1:3e8' })).toEqual({ node: 1 })
  expect(await read({ 's-tier-consistency': '7:1:fff' })).toEqual({ node: 0 })
  expect(await read({ 's-tier-consistency': 'nonsense' })).toEqual({ node: 0 })
  await app.close()
})

test('the cookie can be left out, or kept to TLS; what is no place in the log gives no token', async () => {
  const without = await serve({ cookieMs: 0 })
  const { headers } = await without.inject({ method: 'POST', url: '/write' })
  expect(headers['s-tier-consistency']).toBe('7:1:3e8')
  expect(headers['set-cookie']).toBeUndefined()
  expect((await without.inject({ method: 'POST', url: '/bad' })).headers).not.toHaveProperty(
    's-tier-consistency',
  )
  await without.close()
  const secure = await serve({ isCookieSecure: true })
  const written = await secure.inject({ method: 'POST', url: '/write' })
  expect(written.headers['set-cookie']).toMatch(/; Secure$/)
  await secure.close()
})

test('what a request needs is in its headers', () => {
  const token = { systemId: '7', timeline: 1, lsn: 1n }
  const need = (cookie: string, prefer?: string) => readNeedOf({ cookie, prefer })
  expect(need('')).toEqual({ maxStalenessMs: undefined })
  expect(need('x=1; s_tier_consistency=7:1:1')).toEqual({ token, maxStalenessMs: undefined })
  expect(need('s_tier_consistency=7:1:1;s_tier_consistency=7:1:2')).toMatchObject({
    token: { ...token, lsn: 2n },
  })
  expect(need('s_tier_consistency=7:1:1; s_tier_consistency=7:2:2')).toEqual({ primaryOnly: true })
  expect(need('s_tier_consistency=')).toEqual({ primaryOnly: true })
  for (const [prefer, ms] of [
    ['max-staleness=5', 5_000],
    ['return=minimal, max-staleness=5s', 5_000],
    ['max-staleness="500ms"; strict', 500],
    ['max-staleness=soon', undefined],
    ['xmax-staleness=5', undefined],
  ] as const) {
    expect(need('', prefer)).toEqual({ maxStalenessMs: ms })
  }
})

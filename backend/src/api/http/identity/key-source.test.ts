import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSigner } from 'fast-jwt'
import { afterAll, afterEach, expect, test } from 'vitest'
import type { Clock } from '../../../base/index.ts'
import type { IdentityEvent } from './events.ts'
import { createIdentity } from './identity.ts'
import type { JwtOptions } from './options.ts'
import type { IdentityService } from './types.ts'

const directory = mkdtempSync(join(tmpdir(), 'stier-keys-'))
afterAll(() => rmSync(directory, { recursive: true }))

interface Key {
  readonly kid: string
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

function makeKey(kid: string): Key {
  return { kid, ...generateKeyPairSync('ec', { namedCurve: 'P-256' }) }
}

function jwks(...keys: readonly Key[]): string {
  const members = keys.map(({ kid, publicKey }) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid,
  }))
  return JSON.stringify({ keys: members })
}

function tokenOf({ kid, privateKey }: Key): { authorization: string } {
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const sign = createSigner({ key, algorithm: 'ES256', kid })
  return { authorization: `Bearer ${sign({ role: kid })}` }
}

/** An issuer on a real socket, whose answer can be changed. */
class Issuer {
  status = 200
  requests = 0
  body: string
  readonly #server: Server

  constructor(body: string) {
    this.body = body
    this.#server = createServer((_request, response) => {
      this.requests++
      response.writeHead(this.status).end(this.body)
    }).listen(0, '127.0.0.1')
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/jwks.json`
  }

  close(): void {
    this.#server.closeAllConnections()
    this.#server.close()
  }
}

function handClock(): Clock & { advance(ms: number): void } {
  let time = 0
  const waiting = new Set<{ at: number; callback: () => void }>()
  return {
    now: () => time,
    epochMs: () => Date.now(),
    after(delayMs, callback) {
      const timer = { at: time + delayMs, callback }
      waiting.add(timer)
      return () => waiting.delete(timer)
    },
    advance(ms) {
      time += ms
      for (const timer of [...waiting].filter(({ at }) => at <= time)) {
        waiting.delete(timer)
        timer.callback()
      }
    },
  }
}

const cleanups: (() => void)[] = []
afterEach(() => {
  for (const cleanup of cleanups.splice(0)) cleanup()
})

async function setUp(body: string, options: JwtOptions = {}) {
  const issuer = new Issuer(body)
  const clock = handClock()
  const events: IdentityEvent[] = []
  await expect.poll(() => issuer.url).toMatch(/:\d+/)
  const identity = createIdentity(
    { secret: issuer.url, keysAgeMsMin: 10_000, keysAgeMsMax: 600_000, ...options },
    { clock, observe: event => void events.push(event) },
  )
  cleanups.push(() => {
    identity.close()
    issuer.close()
  })
  return { issuer, clock, events, identity }
}

const identify = async (identity: IdentityService, headers: { authorization: string }) =>
  identity.identify(headers)

test('keys are fetched from a URL, once for all who wait, and then answer at once', async () => {
  const key = makeKey('k1')
  const { identity, issuer, events } = await setUp(jwks(key))
  const answers = await Promise.all([
    identify(identity, tokenOf(key)),
    identify(identity, tokenOf(key)),
  ])
  expect(answers).toMatchObject([{ role: 'k1' }, { role: 'k1' }])
  expect(issuer.requests).toBe(1)
  expect(identity.identify(tokenOf(key))).toMatchObject({ role: 'k1' })
  expect(events).toEqual([
    { kind: 'identity.keys-loaded', from: issuer.url, keys: 1, changed: true },
  ])
})

test('an unknown kid fetches again, but never within the floor', async () => {
  const [old, renewed, stranger] = [makeKey('k1'), makeKey('k2'), makeKey('k3')]
  const { identity, issuer, clock } = await setUp(jwks(old))
  const token = tokenOf(old)
  const first = await identify(identity, token)
  issuer.body = jwks(old, renewed)
  await expect(identify(identity, tokenOf(renewed))).rejects.toThrow('No suitable key')
  expect(issuer.requests).toBe(1)
  clock.advance(10_000)
  expect(await identify(identity, tokenOf(renewed))).toMatchObject({ role: 'k2' })
  expect(issuer.requests).toBe(2)
  for (let attempt = 0; attempt < 20; attempt++) {
    await expect(identify(identity, tokenOf(stranger))).rejects.toThrow('No suitable key')
  }
  expect(issuer.requests).toBe(2)
  expect(await identify(identity, token)).toEqual(first)
})

test('a withdrawn key stops counting when the set is fetched again, for remembered tokens too', async () => {
  const [old, renewed] = [makeKey('k1'), makeKey('k2')]
  const { identity, issuer, clock, events } = await setUp(jwks(old, renewed))
  const token = tokenOf(old)
  expect(await identify(identity, token)).toMatchObject({ role: 'k1' })
  issuer.body = jwks(renewed)
  clock.advance(600_000)
  await expect.poll(() => events.length).toBe(2)
  await expect(identify(identity, token)).rejects.toThrow('No suitable key')
})

test('while the issuer fails, the old keys stay', async () => {
  const key = makeKey('k1')
  const { identity, issuer, clock, events } = await setUp(jwks(key))
  expect(await identify(identity, tokenOf(key))).toMatchObject({ role: 'k1' })
  issuer.status = 500
  clock.advance(600_000)
  await expect.poll(() => events.at(-1)?.kind).toBe('identity.keys-failed')
  expect(identity.identify(tokenOf(key))).toMatchObject({ role: 'k1' })
  issuer.status = 200
  issuer.body = 'x'.repeat(1_000_001)
  await identity.reload()
  expect(events.at(-1)).toMatchObject({ error: { message: expect.stringContaining('too much') } })
  issuer.body = jwks(key)
  await identity.reload()
  expect(events.at(-1)).toMatchObject({ kind: 'identity.keys-loaded', changed: false })
})

test('until keys could be fetched, tokens answer ST300 and requests without one are served', async () => {
  const key = makeKey('k1')
  const { identity, issuer, clock } = await setUp('not yet')
  await expect(identify(identity, tokenOf(key))).rejects.toMatchObject({
    code: 'ST300',
    status: 503,
    headers: { 'retry-after': '10' },
  })
  issuer.body = jwks(key)
  clock.advance(10_000)
  expect(await identify(identity, tokenOf(key))).toMatchObject({ role: 'k1' })
})

test('after closing nothing is fetched any more', async () => {
  const key = makeKey('k1')
  const { identity, issuer, clock } = await setUp(jwks(key))
  await identify(identity, tokenOf(key))
  identity.close()
  clock.advance(10_000_000)
  expect(issuer.requests).toBe(1)
})

test('a file is read at the start and at each reload, and its last line break is no part of it', async () => {
  const path = join(directory, 'secret')
  const secrets = [
    'the first secret, long enough for HMAC',
    'the second one, also long enough to be',
  ]
  writeFileSync(path, `${secrets[0]}\n`)
  const events: IdentityEvent[] = []
  const identity = createIdentity(
    { secret: `@${path}` },
    { clock: handClock(), observe: event => void events.push(event) },
  )
  const tokens = secrets.map(key => ({
    authorization: `Bearer ${createSigner({ key, algorithm: 'HS256' })({ role: 'web' })}`,
  }))
  const [first = { authorization: '' }, second = { authorization: '' }] = tokens
  expect(identity.identify(first)).toMatchObject({ role: 'web' })
  expect(() => identity.identify(second)).toThrow('No suitable key')

  await identity.reload()
  writeFileSync(path, `${secrets[1]}\r\n`)
  await identity.reload()
  expect(identity.identify(second)).toMatchObject({ role: 'web' })
  expect(() => identity.identify(first)).toThrow('No suitable key')

  writeFileSync(path, 'short')
  await identity.reload()
  expect(identity.identify(second)).toMatchObject({ role: 'web' })
  rmSync(path)
  await identity.reload()
  expect(identity.identify(second)).toMatchObject({ role: 'web' })
  expect(events.map(event => [event.kind, 'changed' in event && event.changed])).toEqual([
    ['identity.keys-loaded', false],
    ['identity.keys-loaded', true],
    ['identity.keys-failed', false],
    ['identity.keys-failed', false],
  ])
  identity.close()
})

test('a file that is not there stops the start', () => {
  const create = () =>
    createIdentity({ secret: '@/not/there' }, { clock: handClock(), observe: () => undefined })
  expect(create).toThrow(
    expect.objectContaining({ code: 'ST010', message: expect.stringContaining("'/not/there'") }),
  )
})

test('a fixed secret and none at all have nothing to reload', async () => {
  const parts = { clock: handClock(), observe: () => expect.unreachable() }
  for (const secret of [undefined, 'a secret that is long enough for HS256']) {
    const identity = createIdentity({ secret }, parts)
    await identity.reload()
    identity.close()
  }
})

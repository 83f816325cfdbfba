import { renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startCollector } from '../../../../tests/support/alerts/collector.ts'
import { fakeClock } from '../../../../tests/support/fake-clock.ts'
import { temporaryFolder } from '../../../../tests/support/folder.ts'
import { option } from '../../../base/index.ts'
import type { SecurityMonitorEvent } from '../events.ts'
import { createSecurityMonitor } from '../monitor.ts'
import { type BlockLists, BLOCK_LISTS_CHECK } from './options.ts'

const LISTED = '45.155.205.7'

async function startMonitor(blockLists: BlockLists, allow: readonly string[] = []) {
  const events: SecurityMonitorEvent[] = []
  const clock = fakeClock()
  const observe = (event: SecurityMonitorEvent) => void events.push(event)
  const setup = { blockLists, allow, clock, observe, principalsMax: 4_096, node: 'one' }
  const monitor = createSecurityMonitor(setup)
  await monitor.start()
  onTestFinished(() => monitor.stop())
  return { monitor, events, clock, reports: () => monitor.report().blockLists }
}

function fileWith(text: string): string {
  const file = join(temporaryFolder('lists'), 'bad.netset')
  writeFileSync(file, text)
  return file
}

test("addresses on a list are refused, whatever the mode; those that are allowed, or nobody's, never", async () => {
  const file = fileWith(`# bad\n45.155.0.0/16\n10.0.0.0/8\n127.0.0.0/8\n2a0e:b107::/32\nnonsense\n`)
  const { monitor, events, reports } = await startMonitor({ bad: { file } }, ['45.155.9.0/24'])
  expect(monitor.banOf(LISTED)).toMatchObject({
    rule: 'block-list',
    reason: 'list bad',
    scope: 'all',
    principal: { kind: 'ip', ip: LISTED },
  })
  expect(monitor.banOf(LISTED)).toBe(monitor.banOf(LISTED, 'ada'))
  expect(monitor.loginBanOf('2a0e:b107:1::1')?.reason).toBe('list bad')
  for (const ip of ['45.155.9.1', '10.1.2.3', '127.0.0.1', '45.156.0.1', '::1', 'nonsense']) {
    expect(monitor.banOf(ip)).toBeUndefined()
  }
  expect(events).toEqual([
    { kind: 'security.list-read', list: 'bad', networks: 4, refused: 1, refusedLines: [6] },
  ])
  expect(reports()).toMatchObject([{ name: 'bad', networks: 4, refusedLines: 1 }])
  expect(monitor.measures()).toEqual([])
})

test('a list is read again; the last good one holds while it cannot be', async () => {
  const collector = await startCollector()
  collector.answerBody = LISTED
  collector.answerHeaders = { etag: '"1"' }
  const lists = { drop: { url: `${collector.url}/drop.txt?key=s3cr3t`, refreshMs: 600_000 } }
  const { monitor, events, clock, reports } = await startMonitor(lists)
  await expect.poll(() => monitor.banOf(LISTED)?.reason).toBe('list drop')
  collector.answer = ({ headers }) => (headers['if-none-match'] === '"1"' ? 304 : 500)
  clock.advance(600_000)
  await expect.poll(() => reports()[0]?.loadedAtMs).toBe(clock.epochMs())
  expect(monitor.banOf(LISTED)?.untilMs).toBe(clock.epochMs() + 600_000)
  collector.answer = () => 302
  collector.answerHeaders = { location: collector.url }
  clock.advance(600_000)
  await expect.poll(() => reports()[0]?.lastError).toContain('redirects are not followed')
  expect(monitor.banOf(LISTED)?.reason).toBe('list drop')
  collector.answer = () => 503
  clock.advance(300_000) // Sooner than otherwise.
  await expect.poll(() => reports()[0]?.lastError).toContain('503')
  collector.answer = () => 200
  collector.answerHeaders = {}
  collector.answerBody = '45.155.205.8'
  clock.advance(300_000)
  await expect.poll(() => monitor.banOf('45.155.205.8')?.reason).toBe('list drop')
  expect(monitor.banOf(LISTED)).toBeUndefined()
  const kinds = events.map(({ kind }) => kind)
  expect(kinds).toEqual(['security.list-read', 'security.list-failed', 'security.list-read'])
  expect(JSON.stringify([events, reports()])).not.toContain('s3cr3t')
})

test('a list that is not there keeps nobody from starting', async () => {
  const { monitor, events } = await startMonitor({ gone: { file: '/nowhere/at/all' } })
  expect(monitor.banOf(LISTED)).toBeUndefined()
  expect(events).toMatchObject([{ kind: 'security.list-failed', list: 'gone', networks: 0 }])
})

test('a file that is another one is read within ten seconds, and what is no list leaves the old one', async () => {
  const file = fileWith(`${LISTED}\n`)
  const { monitor, events, clock, reports } = await startMonitor({ bad: { file } })
  const next = `${file}.next`
  writeFileSync(next, '45.155.205.8\n')
  clock.advance(10_000)
  expect(monitor.banOf(LISTED)).toBeDefined()
  renameSync(next, file)
  await expect.poll(() => (clock.advance(10_000), monitor.banOf('45.155.205.8'))).toBeDefined()
  expect(monitor.banOf(LISTED)).toBeUndefined()
  expect(events).toHaveLength(2) // It has as many networks, and is another one.

  for (const nonsense of ['<html>\n<p>Sorry</p>\n45.155.205.9\n', 'x\n']) {
    writeFileSync(file, nonsense)
    await expect.poll(() => (clock.advance(10_000), reports()[0]?.lastError)).toContain('no list')
    expect(monitor.banOf('45.155.205.8')).toBeDefined()
  }
  rmSync(file)
  await expect.poll(() => (clock.advance(10_000), reports()[0]?.lastError)).toContain('ENOENT')
  expect(events.slice(2)).toMatchObject([{ kind: 'security.list-failed', networks: 1 }])
  expect(events.slice(2)).toHaveLength(1)
  writeFileSync(file, '# Nobody at the moment.\n')
  await expect.poll(() => (clock.advance(10_000), reports()[0]?.networks)).toBe(0)
  expect(monitor.banOf('45.155.205.8')).toBeUndefined()
  expect(events.at(-1)).toMatchObject({ kind: 'security.list-read', networks: 0 })
})

test('other lists are taken over while it runs; one with the name of before keeps what it has until it was read', async () => {
  const [one, other] = [fileWith(LISTED), fileWith('45.155.205.8')]
  const { monitor, events, reports } = await startMonitor({ a: { file: one } })
  monitor.setLists({ blockLists: { a: { file: '/nowhere' }, b: { file: other } } })
  expect(monitor.banOf(LISTED)?.reason).toBe('list a')
  await expect.poll(() => monitor.banOf('45.155.205.8')?.reason).toBe('list b')
  await expect.poll(() => reports()[0]?.lastError).toContain('ENOENT')
  expect(monitor.banOf(LISTED)?.reason).toBe('list a')
  monitor.readLists()
  const failures = () => events.filter(({ kind }) => kind === 'security.list-failed')
  await expect.poll(() => failures().length).toBe(2) // Told again, as somebody has asked.
  monitor.setLists({ allow: ['45.155.205.8'], blockLists: { b: { file: other } } })
  expect(monitor.banOf(LISTED)).toBeUndefined()
  expect(monitor.banOf('45.155.205.8')).toBeUndefined()
  const wrong = () => monitor.setLists({ allow: ['nonsense'], blockLists: {} })
  expect(wrong).toThrow(expect.objectContaining({ code: 'ST001' }))
  expect(reports()).toMatchObject([{ name: 'b', networks: 1 }])
  monitor.setLists({ blockLists: { b: { file: other } } })
  expect(monitor.banOf('45.155.205.8')?.reason).toBe('list b')
})

test('who is allowed now is let off what rules have done, not what a person has', async () => {
  const { monitor, events } = await startMonitor({})
  monitor.setRules({
    brute: { mode: 'act', events: ['auth.failed'], threshold: 1, response: ['ban'] },
  })
  monitor.tell({ kind: 'auth.failed', atMs: 0, ip: LISTED })
  monitor.ban({ ip: '45.155.205.8', forMs: 60_000, reason: 'asked' }, 'ada')
  monitor.setLists({ allow: ['45.155.205.0/24'] })
  expect(monitor.banOf(LISTED)).toBeUndefined()
  expect(monitor.banOf('45.155.205.8')).toBeDefined()
  expect(events.at(-1)).toMatchObject({ kind: 'security.undone', by: 'security.allow' })
})

test.each([
  ['[]', 'no JSON object'],
  [{ 'a b': { file: 'x' } }, 'is no name'],
  [{ a: {} }, 'needs file or url'],
  [{ a: { file: 'x', url: 'https://s3cr3t' } }, 'needs file or url'],
  [{ a: { url: 'ftp://s3cr3t' } }, 'url must be a URL https:'],
  [{ a: { file: 'x', refreshMs: 1 } }, 'refreshMs must be'],
  [{ a: { file: 'x', mode: 'act' } }, `has no 'mode'`],
  [Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`l${n}`, { file: 'x' }])), '16 lists'],
])('%j is refused without telling secrets', (value, words) => {
  const check = () => option.checked('security.blockLists', BLOCK_LISTS_CHECK, value)
  expect(check).toThrow(expect.objectContaining({ details: expect.stringContaining(words) }))
  expect(check).not.toThrow('s3cr3t')
})

test('as text it is JSON', () => {
  const read = BLOCK_LISTS_CHECK.read('{"a":{"file":"x","refreshMs":"1h"}}')
  expect(read).toEqual({ a: { file: 'x', refreshMs: 3_600_000 } })
})

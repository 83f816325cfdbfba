import { chmodSync, chownSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../../../tests/support/folder.ts'
import { journalingAsBefore, unjournaling } from '../../../tests/support/journaling.ts'
import { type DevDatabase, startDevDatabase } from './dev-database.ts'
import { devDataDirectory } from './dev-directory.ts'

const binDir = process.env['STIER_TEST_PG_BIN']
const directory = mkdtempSync(join(tmpdir(), 's-tier-dev-'))
chmodSync(directory, 0o755)
const isRoot = process.getuid?.() === 0

afterAll(() => rmSync(directory, { recursive: true, force: true }))

test('a load that was interrupted leaves nothing, and the next start makes the store whole', async () => {
  const interrupted = start(line => {
    if (line === 'Sample store: orders data') throw new Error('interrupted')
  })
  await expect(interrupted).rejects.toThrow('interrupted')
  const lines: string[] = []
  const database = await start(line => lines.push(line))
  expect(database.firstTime).toBe(true)
  expect(lines).toContain('Making the sample store, once')
  expect(await ask(database.url, 'select current_user as user')).toEqual([
    { user: 'authenticator' },
  ])
  const [orders] = await ask(database.adminUrl, 'select count(*)::int as count from orders')
  expect(orders?.['count']).toBeGreaterThan(900)
  await database.stop()
})

test('the store is made once, and anew after a reset', async () => {
  const again = await start()
  expect(again.firstTime).toBe(false)
  await unjournaling(again.adminUrl)
  await journalingAsBefore(again.adminUrl, 'authenticator')
  await again.stop()
  const later = await start()
  const access = await ask(later.url, 'select from s_tier.journal_relations()')
  expect(access, 'its journal is brought up to date').toEqual([])
  await ask(later.adminUrl, 'delete from wishes')
  await later.stop()
  const fresh = await start(undefined, true)
  expect(fresh.firstTime).toBe(true)
  const [wishes] = await ask(fresh.adminUrl, 'select count(*)::int as count from wishes')
  expect(wishes?.['count']).toBeGreaterThan(200)
  await ask(fresh.adminUrl, 'delete from wishes')
  const [journal] = await ask(fresh.adminUrl, 'select count(*)::int as count from s_tier.journal')
  expect(journal).toEqual({ count: wishes?.['count'] })
  await fresh.stop()
})

test('the data lies in the directory given, wherever PostgreSQL can enter it', () => {
  expect(devDataDirectory(directory, () => undefined)).toBe(join(directory, 'postgres'))
})

test.runIf(isRoot)(
  'as root in a closed directory, the data lies elsewhere, and it is said where',
  () => {
    const closed = temporaryFolder('closed')
    chmodSync(closed, 0o700)
    const lines: string[] = []
    const dataDir = devDataDirectory(closed, line => lines.push(line))
    onTestFinished(() => rmSync(dirname(dataDir), { recursive: true }))
    expect(dataDir).toMatch(/s-tier-[0-9a-f]{12}\/postgres$/)
    expect(lines[0]).toContain(closed)
    expect(devDataDirectory(closed, () => undefined)).toBe(dataDir)
    chownSync(dirname(dataDir), 1234, 1234)
    expect(() => devDataDirectory(closed, () => undefined)).toThrow(
      expect.objectContaining({ code: 'ST022' }),
    )
  },
)

function start(
  report: (line: string) => void = () => undefined,
  reset = false,
): Promise<DevDatabase> {
  return startDevDatabase({ directory, reset, report, scale: 0.02, binDir })
}

async function ask(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

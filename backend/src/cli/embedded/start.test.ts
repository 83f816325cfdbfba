import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { identityOf } from './processes.ts'
import { type EmbeddedServer, startEmbedded } from './start.ts'

const binDir = process.env['STIER_TEST_PG_BIN']
const settings = { fsync: 'off' }
const folder = mkdtempSync(join(tmpdir(), 's-tier-start-'))
chmodSync(folder, 0o755)
const dataDir = join(folder, 'shared', 'data')

afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a new directory becomes a cluster that answers, stops and starts again with its data', async () => {
  const lines: string[] = []
  const first = await start({ onProgress: line => lines.push(line) })
  await query(first, 'create table kept (id int)')
  await first.stop()
  await first.stop()
  expect(identityOf(first.pid)).toBeUndefined()
  expect(lines.join()).toMatch(/Making a PostgreSQL \d+ cluster in .*data/)
  const second = await start()
  expect(await query(second, 'select count(*)::int as count from kept')).toEqual([{ count: 0 }])
  expect(await query(second, 'show fsync')).toEqual([{ fsync: 'off' }])
  await second.stop()
})

test('a directory has one server at a time', async () => {
  const server = await start()
  await expect(start()).rejects.toMatchObject({
    code: 'ST022',
    details: expect.stringContaining('using'),
  })
  expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }])
  await server.stop()
})

test('a taken port is named; without a wish a free one is found', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as AddressInfo
  await expect(start({ port })).rejects.toMatchObject({
    code: 'ST024',
    message: expect.stringContaining(String(port)),
  })
  other.close()
  const server = await start({ port })
  expect(server.url).toBe(`postgres://postgres@127.0.0.1:${port}/postgres`)
  await server.stop()
})

test('a server that does not start says why in its own words, and leaves the directory free', async () => {
  await expect(start({ settings: { shared_buffers: 'plenty' } })).rejects.toMatchObject({
    code: 'ST023',
    details: expect.stringContaining('invalid value for parameter "shared_buffers"'),
  })
  await (await start()).stop()
})

test('the data of another version is not touched', async () => {
  const other = join(folder, 'other')
  const server = await startEmbedded({ dataDir: other, binDir, settings })
  await server.stop()
  writeFileSync(join(other, 'PG_VERSION'), '9.6\n')
  await expect(startEmbedded({ dataDir: other, binDir })).rejects.toMatchObject({
    code: 'ST022',
    details: expect.stringMatching(/PostgreSQL 9 wrote it, this is PostgreSQL \d+/),
    hint: 'Start once with --reset to make it anew.',
  })
})

test('after its launcher was killed, the next start stops the orphan and takes the data over', async () => {
  const launcher = spawnLauncher()
  const [line] = (await once(launcher.stdout, 'data')) as [Buffer]
  const orphan = Number(line.toString())
  launcher.kill('SIGKILL')
  await once(launcher, 'exit')
  expect(identityOf(orphan)).toContain(dataDir)
  const server = await start()
  expect(identityOf(orphan)).toBeUndefined()
  expect(await query(server, 'select count(*)::int as count from kept')).toEqual([{ count: 0 }])
  await server.stop()
})

test('a launcher that ends without stopping its server takes it along', async () => {
  const launcher = spawnLauncher('process.exit(3)')
  const [line] = (await once(launcher.stdout, 'data')) as [Buffer]
  const [code] = await once(launcher, 'exit')
  expect(code).toBe(3)
  await expect.poll(() => identityOf(Number(line.toString())), { timeout: 10_000 }).toBeUndefined()
})

test.runIf(process.getuid?.() === 0)(
  'root is told which folder PostgreSQL cannot enter',
  async () => {
    const closed = join(folder, 'closed')
    mkdirSync(closed, { mode: 0o700 })
    await expect(startEmbedded({ dataDir: join(closed, 'data'), binDir })).rejects.toMatchObject({
      code: 'ST022',
      details: expect.stringContaining(`cannot enter ${closed}`),
    })
  },
)

function start(
  options: Partial<Parameters<typeof startEmbedded>[0]> = {},
): Promise<EmbeddedServer> {
  return startEmbedded({ dataDir, binDir, settings, ...options })
}

/** A process that starts the server, writes the server's process id and then does something else. */
function spawnLauncher(then = 'setInterval(() => {}, 1000)') {
  const module = new URL('./start.ts', import.meta.url).href
  const options = JSON.stringify({ dataDir, binDir, settings })
  const script = `
    import { startEmbedded } from '${module}'
    const { pid } = await startEmbedded(${options})
    process.stdout.write(String(pid), () => { ${then} })
  `
  const args = ['--import', 'tsx', '--input-type=module', '--eval', script]
  return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
}

async function query({ url }: EmbeddedServer, text: string): Promise<unknown[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(text)).rows
  } finally {
    await client.end()
  }
}

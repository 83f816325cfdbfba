import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDecoder } from 'fast-jwt'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type TestWorld, testWorld } from '../../tests/support/command-line.ts'
import { type Clock, STierError, systemClock } from '../base/index.ts'
import type { Config } from '../config.ts'
import { runCommandLine } from './commands.ts'
import type { DevDatabaseOptions } from './embedded/index.ts'
import type { createServer } from '../server.ts'
import type { World } from './world.ts'

type CreateServer = typeof createServer

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stier-cli-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

interface Stage extends TestWorld {
  readonly exits: number[]
  /** Sends a signal. */
  raise(name: NodeJS.Signals): void
}

/** A world whose server and database are only notes of what was asked of them. */
function stage(parts: Partial<World> = {}): Stage {
  const listeners = new Map<string, () => void>()
  const exits: number[] = []
  const world = testWorld({
    directory,
    isTerminal: true,
    signals: { on: (name, listener) => listeners.set(name, listener) },
    exit: code => void exits.push(code),
    ...parts,
  })
  return { ...world, exits, raise: name => listeners.get(name)?.(), ...parts }
}

function fakeServer(
  notes: string[],
  parts: { reload?: () => Promise<boolean>; stop?: Promise<void> } = {},
) {
  let seen: Config | undefined
  const createServer: CreateServer = async (given, { configure }) => {
    const config = (await configure?.(new Map())) ?? given
    seen = config
    return {
      config,
      databaseSettings: [],
      cacheStatus: undefined,
      addresses: ['http://127.0.0.1:3000'],
      adminAddress: undefined,
      async start() {
        notes.push('start')
      },
      async stop(reason) {
        notes.push(`stop ${reason}`)
        await parts.stop
      },
      async reload() {
        notes.push('reload')
        return (await parts.reload?.()) ?? true
      },
    }
  }
  return { loadServer: async () => createServer, config: () => seen }
}

const claimsOf = (text: string | undefined): unknown => createDecoder()(text?.trim() ?? '')

test('help lists the commands, and each command has a page of its own', async () => {
  for (const argv of [[], ['--help'], ['-h'], ['help']]) {
    const world = stage()
    expect(await runCommandLine(argv, world)).toBe(0)
    expect(world.said.join('')).toMatch(/S-Tier 1\.2\.3[^]*serve[^]*dev[^]*token[^]*help <command>/)
  }
  for (const argv of [
    ['help', 'token'],
    ['token', '--help'],
    ['token', '-h'],
  ]) {
    const world = stage()
    expect(await runCommandLine(argv, world)).toBe(0)
    expect(world.said.join('')).toMatch(/Usage: s-tier token[^]*--claim <k=v>[^]*Examples:/)
  }
  const world = stage()
  await runCommandLine(['help', 'serve'], world)
  expect(world.said.join('')).toContain('s-tier help options')
  await runCommandLine(['help', 'options'], world)
  const options = world.said.join('')
  expect(options).toMatch(/--http-port +a whole number from 0 to 65535; default 3000/)
  expect(options).toMatch(/--database-settings .*; default none$/m)
  expect(options).not.toContain('[object')
})

test('version says the version', async () => {
  for (const word of ['--version', '-V', 'version']) {
    const world = stage()
    expect(await runCommandLine([word], world)).toBe(0)
    expect(world.said).toEqual(['1.2.3\n'])
  }
})

test.each([
  [['srve'], "There is no command 'srve'", 'Perhaps you meant: s-tier serve'],
  [['frobnicate'], "There is no command 'frobnicate'", 'See s-tier --help.'],
  [['help', 'tokn'], "There is no command 'tokn'", 'Perhaps you meant: s-tier token'],
  [['postgres://a/b'], 'A database URL is no command', 'Perhaps you meant: s-tier serve'],
  [['serve', '--port', '1'], 'no flag --port', 'Perhaps you meant --http-port.'],
  [['serve', '--http-prot', '1'], 'no flag --http-prot', 'Perhaps you meant --http-port.'],
  [['token', '--qqqqqqqq'], 'no flag --qqqqqqqq', 'See s-tier help token.'],
  [['serve', '--http-port'], '--http-port needs a value', 'See s-tier help serve.'],
  [['dev', '--reset=1'], '--reset takes no value', 'See s-tier help dev.'],
  [
    ['serve', 'postgres://a/b', 'more'],
    "does not know what to do with 'more'",
    'See s-tier help serve.',
  ],
  [
    ['token', '--role', 'a', 'postgrest.conf'],
    "does not know what to do with 'postgrest.conf'",
    '--config postgrest.conf',
  ],
  [['token'], 's-tier token needs a role', '--role authenticated'],
  [
    ['token', '--role', 'a', '--claim', 'x'],
    "--claim must be name=value, not 'x'",
    '--claim customer_id',
  ],
  [
    ['token', '--role', 'a', '--expires', 'soon'],
    "--expires must be a time, not 'soon'",
    '--expires 1h',
  ],
])('%j is a mistake of usage', async (argv, message, hint) => {
  const world = stage()
  expect(await runCommandLine(argv, world)).toBe(2)
  const text = world.complained.join('')
  expect(text).toContain('Error ST011')
  expect(text).toContain(message)
  expect(text).toContain(hint)
  expect(text).not.toContain('    at ')
})

const SECRET = 'a secret that is long enough for HS256'

test('a token holds role, claims as JSON where they can be, and its times', async () => {
  const clock: Clock = { ...systemClock, epochMs: () => 1_700_000_000_999 }
  const world = stage({ clock })
  const argv = [
    'token',
    '--role',
    'web',
    '--claim',
    'id=7',
    '--claim',
    'name=Ann=e',
    '--claim=tags=["a"]',
  ]
  expect(await runCommandLine([...argv, '--expires', '1h', '--secret', SECRET], world)).toBe(0)
  expect(claimsOf(world.said[0])).toEqual({
    role: 'web',
    id: 7,
    name: 'Ann=e',
    tags: ['a'],
    iat: 1_700_000_000,
    exp: 1_700_003_600,
  })
})

test('a token is signed with the configured secret, otherwise with that of dev', async () => {
  const environment = { STIER_JWT_SECRET: SECRET }
  const world = stage({ environment })
  expect(await runCommandLine(['token', '--role', 'web'], world)).toBe(0)
  expect(claimsOf(world.said[0])).toMatchObject({ role: 'web' })

  const bare = stage()
  expect(await runCommandLine(['token', '--role', 'web'], bare)).toBe(3)
  expect(bare.complained.join('')).toContain('jwt.secret cannot be used: it is not set')
})

test('serve starts with what it was given, waits for a signal and stops', async () => {
  const notes: string[] = []
  const server = fakeServer(notes)
  const world = stage({ loadServer: server.loadServer })
  const argv = [
    'serve',
    'postgres://a/b',
    '--http-port=0',
    '--database-anon-role',
    'anon',
    '--http-server-timing',
  ]
  const running = runCommandLine(argv, world)
  await expect.poll(() => world.complained).toContain('Serving http://127.0.0.1:3000/rest/v1\n')
  world.raise('SIGTERM')
  expect(await running).toBe(0)
  expect(notes).toEqual(['start', 'stop SIGTERM'])
  expect(server.config()).toMatchObject({
    database: { url: 'postgres://a/b', anonRole: 'anon' },
    http: { port: 0, serverTiming: true },
  })
})

test('serve tells a wrong URL as the argument that it was, and what is set in vain', async () => {
  const world = stage({ environment: { PGRST_DB_URL: 'x', PGRST_SERVER_REUSEPORT: 'true' } })
  expect(await runCommandLine(['serve', 'postgres://u:p#w@h/d'], world)).toBe(3)
  expect(world.complained.slice(0, 2)).toEqual([
    'PGRST_DB_URL is set, but PostgREST has no such parameter. Perhaps you meant PGRST_DB_URI.\n',
    'PGRST_SERVER_REUSEPORT is set, but it is not read: two servers cannot share a port\n',
  ])
  expect(world.complained.join('')).toContain('It was given by the argument of s-tier serve.')
  expect(world.complained.join('')).toContain('Percent-encode')

  const server = stage({ ...world, loadServer: fakeServer([]).loadServer })
  const running = runCommandLine(['serve', 'postgres://a/b'], server)
  await expect.poll(() => server.complained.join('')).toContain('Serving')
  server.raise('SIGTERM')
  expect(await running).toBe(0)
})

test('serve says as whom it answers when nothing says who may ask, and where the root is', async () => {
  const world = stage({ loadServer: fakeServer([]).loadServer, isTerminal: false })
  const running = runCommandLine(['serve', 'postgres://a/b', '--rest-prefix', '/'], world)
  await expect.poll(() => world.said.join('')).toContain('requests run as')
  world.raise('SIGINT')
  expect(await running).toBe(0)
  expect(world.said.map(line => JSON.parse(line) as unknown)).toMatchObject([
    { level: 'info', msg: 'Serving http://127.0.0.1:3000' },
    { level: 'warn', msg: expect.stringMatching(/^Nothing says .* the role that logged in\.$/) },
    { level: 'info', msg: expect.stringContaining('Stopping on SIGINT') },
    { level: 'info', msg: 'Stopped' },
  ])
  expect(world.complained).toEqual([])
})

test('what a person reads at a terminal are entries where the log is JSON', async () => {
  const given = ['serve', 'postgres://a/b', '--database-anon-role', 'anon']
  const environment = { PGRST_SERVER_REUSEPORT: 'true' }
  for (const format of ['text', 'json']) {
    const world = stage({ loadServer: fakeServer([]).loadServer, environment })
    const running = runCommandLine([...given, '--log-format', format], world)
    await expect.poll(() => [...world.complained, ...world.said].join('')).toContain('Serving')
    world.raise('SIGINT')
    await running
    const unread =
      'PGRST_SERVER_REUSEPORT is set, but it is not read: two servers cannot share a port'
    if (format === 'text') {
      expect(world.complained).toEqual([`${unread}\n`, 'Serving http://127.0.0.1:3000/rest/v1\n'])
    } else {
      expect(world.complained).toEqual([])
      expect(JSON.parse(world.said[0] ?? '')).toMatchObject({ level: 'warn', msg: unread })
    }
  }
})

test.each([
  ['', 'so its defaults hold: every network, relations at the root\n'],
  ['server-host = "127.0.0.1"', 'so its defaults hold: relations at the root\n'],
])('of the defaults of PostgREST those in effect are told (%j)', async (line, told) => {
  const text = `db-uri = "postgres://a/b"\ndb-anon-role = "anon"\n${line}\n`
  writeFileSync(join(directory, 'postgrest.conf'), text)
  const world = stage({ loadServer: fakeServer([]).loadServer })
  const running = runCommandLine(['serve', 'postgrest.conf'], world)
  await expect.poll(() => world.complained.join('')).toContain('Serving')
  world.raise('SIGINT')
  await running
  expect(world.complained[0]).toBe(`Configured by the names of PostgREST, ${told}`)
})

test('nothing is told of defaults when all of them were replaced', async () => {
  const environment = { PGRST_DB_URI: 'postgres://a/b', PGRST_SERVER_HOST: '127.0.0.1' }
  const world = stage({ loadServer: fakeServer([]).loadServer, environment })
  const running = runCommandLine(['serve', '--rest-prefix', '/api'], world)
  await expect.poll(() => world.complained.join('')).toContain('Serving')
  world.raise('SIGINT')
  await running
  expect(world.complained[0]).toBe('Serving http://127.0.0.1:3000/api\n')
})

test('a wrong value of PostgREST is to be mended where it stands', async () => {
  writeFileSync(join(directory, 'postgrest.conf'), '# Ours\n\nserver-port = 80000\n')
  const file = stage()
  expect(await runCommandLine(['serve', 'postgrest.conf'], file)).toBe(3)
  const place = `server-port in line 3 of ${join(directory, 'postgrest.conf')}`
  expect(file.complained.join('')).toContain(`It was given by ${place}.`)
  expect(file.complained.join('')).toContain(`What to do: Mend ${place}. S-Tier's own names`)
  const variable = stage({ environment: { PGRST_SERVER_PORT: 'x' } })
  expect(await runCommandLine(['serve'], variable)).toBe(3)
  expect(variable.complained.join('')).toContain('What to do: Mend PGRST_SERVER_PORT.')
})

test('a second signal ends at once, with the customary code', async () => {
  let finish = () => {}
  const stop = new Promise<void>(resolve => {
    finish = resolve
  })
  let now = 0
  const clock: Clock = { ...systemClock, now: () => now }
  const world = stage({ clock, loadServer: fakeServer([], { stop }).loadServer })
  const running = runCommandLine(['serve', 'postgres://a/b'], world)
  await expect.poll(() => world.complained.length).toBeGreaterThan(0)
  world.raise('SIGINT')
  world.raise('SIGINT') // The same Ctrl-C, passed on by npm.
  expect(world.exits).toEqual([])
  now += 300
  world.raise('SIGINT')
  world.raise('SIGTERM')
  expect(world.exits).toEqual([130, 143])
  finish()
  await running
})

test('a signal while starting ends at once', async () => {
  let finish = () => {}
  const loadServer = () =>
    new Promise<CreateServer>((_resolve, reject) => {
      finish = () => reject(new Error('given up'))
    })
  const world = stage({ loadServer })
  const running = runCommandLine(['serve', 'postgres://a/b'], world)
  await new Promise(resolve => setImmediate(resolve))
  world.raise('SIGTERM')
  expect(world.exits).toEqual([143])
  await expect.poll(() => finish.name).toBe('finish')
  finish()
  expect(await running).toBe(70)
})

test('SIGUSR2 and, without a terminal, SIGHUP reload; a reload that fails is told', async () => {
  const notes: string[] = []
  const reload = () => Promise.resolve(notes.length <= 2)
  const world = stage({ loadServer: fakeServer(notes, { reload }).loadServer, isTerminal: false })
  const running = runCommandLine(['serve', 'postgres://a/b'], world)
  await expect.poll(() => world.said.join('')).toContain('Serving')
  world.raise('SIGUSR2')
  world.raise('SIGHUP')
  await expect.poll(() => world.said.join('')).toContain('Not everything could be reloaded')
  expect(world.said.join('')).toContain('Reloaded the configuration')
  world.raise('SIGTERM')
  expect(await running).toBe(0)
  expect(notes).toEqual(['start', 'reload', 'reload', 'stop SIGTERM'])
})

test('a closed terminal stops the server', async () => {
  const notes: string[] = []
  const world = stage({ loadServer: fakeServer(notes).loadServer })
  const running = runCommandLine(['serve', 'postgres://a/b'], world)
  await expect.poll(() => world.complained.length).toBeGreaterThan(0)
  world.raise('SIGHUP')
  expect(await running).toBe(0)
  expect(notes).toEqual(['start', 'stop SIGHUP'])
})

test('what takes longer than a second is told', async () => {
  const timers: (() => void)[] = []
  const clock: Clock = {
    ...systemClock,
    after: (_delayMs, callback) => {
      timers.push(callback)
      return () => undefined
    },
  }
  let finish = () => {}
  const createServer: CreateServer = () =>
    new Promise((_resolve, reject) => {
      finish = () => reject(new Error('given up'))
    })
  const world = stage({ clock, loadServer: async () => createServer })
  const running = runCommandLine(['serve', 'postgres://a/b'], world)
  await expect.poll(() => timers.length).toBe(1)
  timers[0]?.()
  timers[1]?.()
  expect(world.complained).toEqual([
    expect.stringMatching(/^Connecting and reading the catalog … \d+ s\n$/),
    expect.stringMatching(/^Connecting/),
  ])
  finish()
  await running
})

test('a server that cannot listen lets go of its database', async () => {
  const notes: string[] = []
  const createServer: CreateServer = async config => ({
    config,
    databaseSettings: [],
    cacheStatus: undefined,
    addresses: [],
    adminAddress: undefined,
    start: () => Promise.reject(listen('EADDRINUSE')),
    stop: async reason => void notes.push(reason),
    reload: async () => true,
  })
  const world = stage({ loadServer: async () => createServer })
  expect(await runCommandLine(['serve', 'postgres://a/b'], world)).toBe(5)
  expect(notes).toEqual(['it cannot listen'])
})

class RefusedError extends STierError {
  readonly code: string
  readonly status = 500
  constructor(code: string) {
    super('Refused', { details: 'line 1\nline 2', hint: 'Try harder.' })
    this.code = code
  }
}

const listen = (code: string) =>
  Object.assign(new Error(code), { code, syscall: 'listen', address: '127.0.0.1', port: 3000 })

test.each([
  ['a wrong option', new RefusedError('ST001'), 3, 'Error ST001: Refused'],
  ['an unusable URL', new RefusedError('ST030'), 3, 'Try harder.'],
  ['an unusable URL of Redis', new RefusedError('ST040'), 3, 'Try harder.'],
  ['a refused login', new RefusedError('ST033'), 4, 'line 1\n    line 2'],
  ['an unsupported version', new RefusedError('ST201'), 4, 'Refused'],
  ['a bug we know of', new RefusedError('ST900'), 70, 'Refused'],
  ['a taken port', listen('EADDRINUSE'), 5, 'Another program listens on 127.0.0.1:3000 already'],
  ['a reserved port', listen('EACCES'), 5, 'Ports below 1024 are reserved'],
  ['a foreign address', listen('EADDRNOTAVAIL'), 5, 'is not an address of this machine'],
  ['another system error', listen('EMFILE'), 70, 'Something went wrong inside S-Tier: EMFILE'],
  ['a bug', new TypeError('x is not a function'), 70, 'x is not a function'],
  ['something thrown', 'just text', 70, 'just text'],
])('%s ends the start with its own exit code and words', async (_name, error, exitCode, text) => {
  const createServer: CreateServer = async () => {
    throw error
  }
  const world = stage({ loadServer: async () => createServer })
  expect(await runCommandLine(['serve', 'postgres://a/b'], world)).toBe(exitCode)
  expect(world.complained.join('')).toContain(text)
  expect(world.complained.join('')).not.toContain('cli.test.ts')
})

test('the stack is for those who ask for it, with its causes', async () => {
  const createServer: CreateServer = async () => {
    throw new Error('outer', { cause: new Error('inner') })
  }
  const loadServer = async () => createServer
  for (const [argv, environment] of [
    [['--log-level', 'debug'], {}],
    [['--log-level=debug'], {}],
    [[], { STIER_LOG_LEVEL: 'debug' }],
  ] as const) {
    const world = stage({ loadServer, environment })
    await runCommandLine(['serve', 'postgres://a/b', ...argv], world)
    expect(world.complained.join('')).toMatch(/outer[^]*cli\.test\.ts[^]*Caused by:[^]*inner/)
  }
})

test('serve without a database, or open to the public, does not start', async () => {
  const bare = stage()
  expect(await runCommandLine(['serve'], bare)).toBe(3)
  expect(bare.complained.join('')).toContain('No database is given')
  const open = stage({ loadServer: fakeServer([]).loadServer })
  expect(await runCommandLine(['serve', 'postgres://a/b', '--http-host', '0.0.0.0'], open)).toBe(3)
  expect(open.complained.join('')).toContain('a public address')
})

test('the argument can be a file of PostgREST, whose defaults hold then', async () => {
  writeFileSync(
    join(directory, 'postgrest.conf'),
    'db-uri = "postgres://a/$(DB)" # ours\ndb-anon-role = "anon"\nmax-rows = 5\nfoo-bar = 1\n',
  )
  const server = fakeServer([])
  const world = stage({ loadServer: server.loadServer, environment: { DB: 'app' } })
  const running = runCommandLine(['serve', 'postgrest.conf'], world)
  await expect.poll(() => world.complained.join('')).toContain('Serving')
  world.raise('SIGINT')
  await running
  expect(server.config()).toMatchObject({
    database: { url: 'postgres://a/app', anonRole: 'anon', rowsMax: 5 },
    http: { host: '0.0.0.0' },
    rest: { prefix: '/' },
  })
  const said = world.complained.join('')
  expect(said).toContain('Configured by the names of PostgREST')
  expect(said).toContain('postgrest.conf is set, but PostgREST has no such parameter')
})

test('settings of the database are told, and decide who may ask before anybody can', async () => {
  const open: CreateServer = async (given, { configure }) => {
    const config = await configure?.(new Map([['pgrst.db_anon_role', 'web']]))
    return {
      config: config ?? given,
      databaseSettings: ['pgrst.db_anon_role'],
      cacheStatus: undefined,
      addresses: ['http://0.0.0.0:3000'],
      adminAddress: undefined,
      start: async () => undefined,
      stop: async () => undefined,
      reload: async () => true,
    }
  }
  const world = stage({ loadServer: async () => open })
  const running = runCommandLine(['serve', 'postgres://a/b', '--http-host', '0.0.0.0'], world)
  await expect.poll(() => world.complained.join('')).toContain('Set by the database itself')
  expect(world.complained.join('')).toContain('pgrst.db_anon_role')
  world.raise('SIGINT')
  expect(await running).toBe(0)
})

test('the configuration file can be named by a flag or a variable', async () => {
  const path = join(directory, 'mine.json')
  writeFileSync(path, JSON.stringify({ database: { url: 'postgres://from/file' } }))
  for (const [argv, environment] of [
    [['--config', 'mine.json'], { STIER_CONFIG: '/not/there' }],
    [[], { STIER_CONFIG: path }],
  ] as const) {
    const server = fakeServer([])
    const world = stage({ loadServer: server.loadServer, environment })
    const running = runCommandLine(['serve', ...argv], world)
    await expect.poll(() => server.config()?.database.url).toBe('postgres://from/file')
    await expect.poll(() => world.complained.length).toBeGreaterThan(0)
    world.raise('SIGINT')
    await running
  }
})

test('dev serves its own database whatever the environment says, and stops it', async () => {
  const notes: string[] = []
  const server = fakeServer(notes)
  const asked: DevDatabaseOptions[] = []
  const world = stage({
    environment: { DATABASE_URL: 'postgres://elsewhere/x', STIER_LOG_LEVEL: 'info' },
    loadServer: server.loadServer,
    startDevDatabase: async options => {
      asked.push(options)
      options.report('Loading the sample')
      return {
        url: 'postgres://authenticator@127.0.0.1:1/store',
        adminUrl: 'postgres://postgres@127.0.0.1:1/store',
        firstTime: true,
        stop: async () => void notes.push('database stopped'),
      }
    },
  })
  const running = runCommandLine(['dev', '--reset'], world)
  await expect.poll(() => world.said.join('')).toContain('Development tokens')
  world.raise('SIGINT')
  expect(await running).toBe(0)

  expect(notes).toEqual(['start', 'stop SIGINT', 'database stopped'])
  expect(asked).toMatchObject([{ directory: join(directory, '.s-tier'), reset: true }])
  expect(world.complained).toContain('Loading the sample\n')
  expect(server.config()).toMatchObject({
    database: {
      url: 'postgres://authenticator@127.0.0.1:1/store',
      anonRole: 'anon',
      transactionEnd: 'commit-allow-override',
    },
    log: { level: 'info', format: 'text' },
  })

  const banner = world.said.join('')
  const tokens = [...banner.matchAll(/^ {2}(\w+) +(ey\S+)$/gm)].map(([, name, token]) => [
    name,
    claimsOf(token),
  ])
  expect(tokens).toEqual([
    ['anon', { role: 'anon' }],
    ['authenticated', { role: 'authenticated', customer_id: 10 }],
    ['service_role', { role: 'service_role' }],
  ])
  expect(banner.match(/^ {2}curl /gm)).toHaveLength(5)
  for (const said of [
    'http://127.0.0.1:3000/docs\n',
    'http://127.0.0.1:3000/openapi.json\n',
    'logs in as       authenticator\n',
    "s-tier types 'postgres://authenticator@127.0.0.1:1/store' --schema public,reporting\n",
    '/rpc/search_products?',
    "-H 'Prefer: return=representation'",
  ]) {
    expect(banner).toContain(said)
  }

  const secret = join(directory, '.s-tier', 'dev-secret')
  expect(statSync(secret).mode & 0o777).toBe(0o600)
  expect(readFileSync(secret, 'utf8').trim()).toBe(server.config()?.jwt.secret)
  const signing = stage()
  expect(await runCommandLine(['token', '--role', 'anon'], signing)).toBe(0)
  expect(claimsOf(signing.said[0])).toMatchObject({ role: 'anon' })
})

test('dev tells of no page that is not served, and leaves the standard output to a log in JSON', async () => {
  const startDevDatabase: World['startDevDatabase'] = async () => ({
    url: 'postgres://authenticator@127.0.0.1:1/store',
    adminUrl: 'postgres://postgres@127.0.0.1:1/store',
    firstTime: false,
    stop: async () => undefined,
  })
  for (const [flag, seen] of [
    ['--openapi-docs=false', ['openapi.json']],
    ['--openapi-mode=disabled', []],
  ] as const) {
    const world = stage({ loadServer: fakeServer([]).loadServer, startDevDatabase })
    const running = runCommandLine(['dev', flag, '--log-format=json'], world)
    await expect.poll(() => world.complained.join('')).toContain('Development tokens')
    world.raise('SIGINT')
    await running
    const banner = world.complained.join('')
    expect(banner.match(/:3000\/(?:docs|openapi\.json)$/gm) ?? []).toEqual(
      seen.map(path => `:3000/${path}`),
    )
    expect(world.said).toEqual([])
  }
})

test('dev stops its database when the server does not start, and keeps its secret', async () => {
  const stopped: string[] = []
  writeFileSync(join(directory, 'dev-secret'), `${SECRET}\n`)
  const world = stage({
    loadServer:
      async () =>
      async ({ jwt }) => {
        throw new Error(`it does not start with ${jwt.secret}`)
      },
    startDevDatabase: async () => ({
      url: 'postgres://a/b',
      adminUrl: 'postgres://a/b',
      firstTime: false,
      stop: async () => void stopped.push('stopped'),
    }),
  })
  for (const named of ['.', directory]) {
    expect(await runCommandLine(['dev', '--directory', named], world)).toBe(70)
    expect(world.complained.splice(0).join('')).toContain(SECRET)
    expect(stopped.splice(0)).toEqual(['stopped'])
  }
  const signing = stage({ directory: tmpdir() })
  const argv = ['token', '--role', 'anon', '--directory', directory]
  expect(await runCommandLine(argv, signing)).toBe(0)
  expect(claimsOf(signing.said[0])).toMatchObject({ role: 'anon' })
})

test('a secret that cannot be read stops dev', async () => {
  const world = stage()
  writeFileSync(join(directory, '.s-tier'), 'a file, not a folder')
  expect(await runCommandLine(['dev'], world)).toBe(70)
  expect(world.complained.join('')).toContain('ENOTDIR')
})

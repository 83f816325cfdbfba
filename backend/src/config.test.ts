import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  defineConfig,
  isConfiguredAsPostgrest,
  isLoopback,
  loadConfigFile,
  OPTIONS,
  readConfig,
  refuseOpenBinding,
  takeOver,
} from './config.ts'

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'stier-config-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

test('without any source there are the defaults, frozen', () => {
  const config = readConfig({})
  expect(config.http).toMatchObject({ host: '127.0.0.1', port: 3000 })
  expect(config.database).toMatchObject({
    url: undefined,
    schemas: ['public'],
    anonRole: undefined,
  })
  expect(config.rest.prefix).toBe('/rest/v1')
  expect(Object.isFrozen(config) && Object.values(config).every(Object.isFrozen)).toBe(true)
})

test('flags are stronger than variables, these than the file, this than presets', () => {
  const sources = {
    flags: new Map([['--http-port', '1']]),
    environment: { STIER_HTTP_PORT: '2', STIER_HTTP_HOST: '127.0.0.2' },
    file: { path: 'f', values: { http: { port: 3, host: '127.0.0.3', drainMs: 3 } } },
    presets: { http: { port: 4, host: '127.0.0.4', drainMs: 4, keepAliveMs: 4 } },
  }
  expect(readConfig(sources).http).toMatchObject({
    port: 1,
    host: '127.0.0.2',
    drainMs: 3,
    keepAliveMs: 4,
  })
})

test('DATABASE_URL and PORT keep their names, and our own names are stronger', () => {
  const environment = { DATABASE_URL: 'postgres://a/b', PORT: '8080' }
  expect(readConfig({ environment })).toMatchObject({
    database: { url: 'postgres://a/b' },
    http: { port: 8080 },
  })
  expect(readConfig({ environment: { ...environment, STIER_HTTP_PORT: '9' } }).http.port).toBe(9)
  expect(readConfig({ environment: { PORT: '' } }).http.port).toBe(3000)
})

test('every option is read from its flag and its variable', () => {
  for (const { name, flag, variables, check } of OPTIONS) {
    for (const source of [flag, variables[0] ?? '']) {
      const read = () =>
        readConfig(
          source === flag
            ? { flags: new Map([[flag, '\0']]) }
            : { environment: { [source]: '\0' } },
        )
      if (check.read('\0') === undefined) {
        expect(read, name).toThrow(
          expect.objectContaining({
            code: 'ST001',
            details: expect.stringContaining(`It was given by ${source}.`),
          }),
        )
      } else expect(read, name).not.toThrow()
    }
  }
})

test('every default passes its own check', () => {
  for (const { name, check, default: value } of OPTIONS) {
    if (value !== undefined) expect(check.read(value), name).toEqual(value)
  }
})

test('an unknown variable stops the start, with what was perhaps meant', () => {
  expect(() => readConfig({ environment: { STIER_HTTP_PROT: '1' } })).toThrow(
    expect.objectContaining({
      code: 'ST002',
      message: "There is no option 'STIER_HTTP_PROT' (environment variable)",
      hint: "Perhaps you meant 'STIER_HTTP_PORT'.",
    }),
  )
  expect(() => readConfig({ environment: { STIER_QQ: '1' } })).toThrow(
    expect.objectContaining({ hint: 'See s-tier help options.' }),
  )
  expect(() =>
    readConfig({ environment: { STIER_TEST_PG_BIN: '/x', STIER_CONFIG: '' } }),
  ).not.toThrow()
})

test('an unknown member of the file stops the start, with what was perhaps meant', () => {
  const file = (values: unknown) => ({ file: { path: '/x/s-tier.config.mjs', values } })
  expect(() => readConfig(file({ htpp: {} }))).toThrow(
    expect.objectContaining({
      code: 'ST003',
      message: "There is no option 'htpp' (/x/s-tier.config.mjs)",
      hint: "Perhaps you meant 'http'.",
    }),
  )
  expect(() => readConfig(file({ http: { prot: 1 } }))).toThrow("There is no option 'http.prot'")
  expect(() => readConfig(file({ http: null, jwt: undefined }))).not.toThrow()
  expect(() => readConfig(file({ http: { port: 'x' } }))).toThrow(
    expect.objectContaining({ details: 'It was given by /x/s-tier.config.mjs.' }),
  )
})

test('a configuration file is found by its name: a module or JSON', async () => {
  expect(await loadConfigFile(directory)).toBeUndefined()
  const json = join(directory, 's-tier.config.json')
  writeFileSync(json, '{"http":{"port":1}}')
  expect(await loadConfigFile(directory)).toEqual({ path: json, values: { http: { port: 1 } } })
  const module = join(directory, 's-tier.config.mjs')
  writeFileSync(module, 'export default { http: { port: 2 } }')
  expect(await loadConfigFile(directory)).toMatchObject({ path: module })
  expect(await loadConfigFile(directory, 's-tier.config.json')).toMatchObject({ path: json })
})

test.each([
  ['other.mjs', undefined, 'does not exist'],
  ['broken.mjs', 'export default {', 'cannot be loaded'],
  ['broken.json', '{', 'cannot be loaded'],
  ['empty.mjs', 'export const a = 1', 'has no object as its default export'],
  ['null.json', 'null', 'has no object as its default export'],
])('a configuration file %s that cannot be used says why', async (name, content, problem) => {
  if (content !== undefined) writeFileSync(join(directory, name), content)
  await expect(loadConfigFile(directory, name)).rejects.toMatchObject({
    code: 'ST004',
    message: expect.stringContaining(problem),
  })
})

test('what stands in a broken configuration file is not repeated: it may be a secret', async () => {
  for (const text of [
    '{"jwt":{"secret":sesame}}',
    `{"jwt":{"secret":sesame, "aud":"${'a'.repeat(99)}"}}`,
  ]) {
    writeFileSync(join(directory, 'secret.json'), text)
    await expect(loadConfigFile(directory, 'secret.json')).rejects.toThrow(
      /secret\.json cannot be loaded: Unexpected token 's'$/,
    )
  }
})

test('defineConfig is for types only', () => {
  const options = { http: { port: 1 } }
  expect(defineConfig(options)).toBe(options)
})

test('a public address needs a secret or an anonymous role', () => {
  const config = (flags: Record<string, string>) =>
    readConfig({ flags: new Map(Object.entries(flags)) })
  expect(() => refuseOpenBinding(config({ '--http-host': '0.0.0.0' }))).toThrow(
    expect.objectContaining({
      code: 'ST005',
      hint: expect.stringContaining('--database-anon-role'),
    }),
  )
  for (const flags of [
    { '--http-host': '127.0.0.1' },
    { '--http-host': '0.0.0.0', '--jwt-secret': 'x' },
    { '--http-host': '0.0.0.0', '--database-anon-role': 'anon' },
  ]) {
    expect(() => refuseOpenBinding(config(flags))).not.toThrow()
  }
})

test('loopback addresses are those of this machine only', () => {
  expect(['127.0.0.1', '127.1.2.3', '::1', 'localhost'].every(isLoopback)).toBe(true)
  expect(['0.0.0.0', '::', '10.0.0.1', '127.example'].some(isLoopback)).toBe(false)
})

test('variables of PostgREST are read in its own notation', () => {
  const environment = {
    PGRST_DB_URI: 'host=db dbname=app',
    PGRST_DB_SCHEMAS: 'api,   private',
    PGRST_DB_EXTRA_SEARCH_PATH: '',
    PGRST_DB_POOL_ACQUISITION_TIMEOUT: '3',
    PGRST_DB_POOL_TIMEOUT: '60',
    PGRST_DB_MAX_ROWS: '',
    PGRST_DB_AGGREGATES_ENABLED: '1',
    PGRST_JWT_AUD: 'urn:a,b',
    PGRST_JWT_ROLE_CLAIM_KEY: '.user[0]."real-role"',
    PGRST_SERVER_UNIX_SOCKET_MODE: '0777',
    PGRST_APP_SETTINGS_One: '1',
  }
  expect(readConfig({ environment })).toMatchObject({
    database: {
      url: 'postgresql://?host=db&dbname=app',
      schemas: ['api', 'private'],
      extraSearchPath: [],
      rowsMax: undefined,
      aggregatesEnabled: true,
      settings: { 'app.settings.One': '1' },
    },
    pool: { acquireTimeoutMs: 3_000, idleTimeoutMs: 60_000 },
    jwt: { aud: ['urn:a,b'], roleClaimKey: '.user[0]."real-role"' },
    http: { socketMode: '777' },
  })
})

test('a wrong value is told with the variable that has it', () => {
  const read = (environment: Record<string, string>) => () => readConfig({ environment })
  expect(read({ PGRST_DB_POOL_MAX_LIFETIME: '30min' })).toThrow(
    expect.objectContaining({
      code: 'ST001',
      message: "pool.lifetimeMs must be a whole number of seconds, not '30min'",
      details: 'It was given by PGRST_DB_POOL_MAX_LIFETIME.',
    }),
  )
  expect(read({ PGRST_DB_URI: '@/not/there' })).toThrow(
    expect.objectContaining({
      message: expect.stringMatching(/file that can be read.*not shown/),
      details: 'It was given by PGRST_DB_URI.',
    }),
  )
  expect(read({ PGRST_SERVER_UNIX_SOCKET_MODE: '123' })).toThrow('an octal mode from 600 to 777')
})

test('our own names are stronger than those of PostgREST, these than customary ones and the file', () => {
  const sources = {
    environment: {
      STIER_HTTP_PORT: '1',
      PGRST_SERVER_PORT: '2',
      PORT: '3',
      PGRST_DB_URI: 'postgres://two/d',
      DATABASE_URL: 'postgres://three/d',
      PGRST_DB_ANON_ROLE: 'two',
    },
    file: { path: 'f', values: { database: { anonRole: 'four' } } },
  }
  expect(readConfig(sources)).toMatchObject({
    http: { port: 1 },
    database: { url: 'postgres://two/d', anonRole: 'two' },
  })
  const { STIER_HTTP_PORT: _ours, ...others } = sources.environment
  expect(readConfig({ environment: others }).http.port).toBe(2)
})

test('the database overrules environment and file, and a flag the database', () => {
  const database = new Map([
    ['pgrst.db_schemas', 'a, b'],
    ['pgrst.db_anon_role', 'web'],
    ['pgrst.db_pool', '99'],
    ['pgrst.nonsense', 'x'],
  ])
  const environment = { STIER_DATABASE_SCHEMAS: 'mine', PGRST_DB_ANON_ROLE: 'two' }
  const flags = new Map([['--database-anon-role', 'typed']])
  expect(readConfig({ flags, database, environment })).toMatchObject({
    database: { schemas: ['a', 'b'], anonRole: 'typed' },
    pool: { sizeMax: 100 },
  })
  expect(() => readConfig({ database: new Map([['pgrst.db_max_rows', 'x']]) })).toThrow(
    expect.objectContaining({
      details: 'It was given by the setting pgrst.db_max_rows of the database.',
    }),
  )
})

test('who comes from PostgREST gets its defaults, until our own names say otherwise', () => {
  const as = (environment: Record<string, string>) => readConfig({ environment })
  const asPostgrest = { http: { host: '0.0.0.0' }, rest: { prefix: '/' } }
  expect(as({ PGRST_DB_URI: 'postgres://h/d' })).toMatchObject(asPostgrest)
  expect(as({ PGRST_DB_ANON_ROLE: 'anon' })).toMatchObject({
    ...asPostgrest,
    database: { url: 'postgresql://' },
  })
  expect(as({ PGRST_DB_URI: 'postgres://h/d', STIER_REST_PREFIX: '/api' }).rest.prefix).toBe('/api')
  for (const own of [
    { DATABASE_URL: 'postgres://h/d' },
    { STIER_DATABASE_URL: 'postgres://h/d' },
  ]) {
    const environment = { ...own, PGRST_DB_ANON_ROLE: 'anon' }
    expect(isConfiguredAsPostgrest({ environment })).toBe(false)
    expect(as(environment)).toMatchObject({
      database: { anonRole: 'anon' },
      rest: { prefix: '/rest/v1' },
      http: { host: '127.0.0.1' },
    })
  }
})

test('a file of PostgREST is read by its own rules, and its settings hold beside those of the environment', async () => {
  const path = join(directory, 'postgrest.conf')
  writeFileSync(
    path,
    'db-schema = "api"\ndb-pool = 3\napp.settings.a = "1"\napp.settings.b = "1"\n',
  )
  const file = await loadConfigFile(directory, 'postgrest.conf')
  const environment = { PGRST_APP_SETTINGS_b: '2', PGRST_DB_POOL: '4' }
  expect(readConfig({ file, environment })).toMatchObject({
    database: { schemas: ['api'], settings: { 'app.settings.a': '1', 'app.settings.b': '2' } },
    pool: { sizeMax: 4 },
  })
  writeFileSync(path, 'db-pool = "many"')
  const wrong = await loadConfigFile(directory, 'postgrest.conf')
  expect(() => readConfig({ file: wrong })).toThrow(
    expect.objectContaining({ details: `It was given by db-pool in line 1 of ${path}.` }),
  )
  writeFileSync(path, 'db-pool')
  await expect(loadConfigFile(directory, 'postgrest.conf')).rejects.toMatchObject({
    code: 'ST004',
    message: expect.stringContaining('line 1 is not name = value'),
  })
})

test('a module that was written again is loaded again', async () => {
  const path = join(directory, 's-tier.config.mjs')
  writeFileSync(path, 'export default { http: { port: 1 } }')
  expect(await loadConfigFile(directory)).toMatchObject({ values: { http: { port: 1 } } })
  writeFileSync(path, 'export default { http: { port: 2 } }')
  utimesSync(path, 1, 1)
  expect(await loadConfigFile(directory)).toMatchObject({ values: { http: { port: 2 } } })
})

test('a running server takes over what it can, and tells what waits for a restart', () => {
  const before = readConfig({})
  const after = readConfig({
    flags: new Map([
      ['--database-schemas', 'api'],
      ['--http-cors-origins', 'https://a.example'],
      ['--http-port', '1'],
      ['--rest-prefix', '/'],
    ]),
  })
  const { config, changed, waiting } = takeOver(before, after)
  expect(changed).toEqual(['database.schemas', 'http.corsOrigins'])
  expect(waiting).toEqual(['http.port', 'rest.prefix'])
  expect(config).toMatchObject({
    database: { schemas: ['api'] },
    http: { corsOrigins: ['https://a.example'], port: 3000 },
    rest: { prefix: '/rest/v1' },
  })
})

test('settings of every transaction have a dot in their names', () => {
  const read = (value: string) =>
    readConfig({ flags: new Map([['--database-settings', value]]) }).database.settings
  expect(read('{"app.settings.a":"1"}')).toEqual({ 'app.settings.a': '1' })
  for (const wrong of ['{"role":"postgres"}', '{"a.b":1}', '[]', 'x']) {
    expect(() => read(wrong)).toThrow('the value given (not shown)')
  }
})

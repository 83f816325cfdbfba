import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  defineConfig,
  isLoopback,
  loadConfigFile,
  OPTIONS,
  readConfig,
  refuseOpenBinding,
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
          expect.objectContaining({ code: 'ST001', details: `It was given by ${source}.` }),
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

import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { OPTIONS } from '../../src/config.ts'
import { PARAMETERS } from '../../src/postgrest/index.ts'

/** Facts: the parameters of PostgREST 13 to 16, from its reference; those with a `+` its database may set. */
const POSTGREST = `
  admin-server-host admin-server-port admin-server-unix-socket admin-server-unix-socket-mode app.settings.*
  +client-error-verbosity +db-aggregates-enabled +db-anon-role db-channel db-channel-enabled db-config
  +db-extra-search-path +db-hoisted-tx-settings +db-max-rows +db-plan-enabled db-pool
  db-pool-acquisition-timeout db-pool-automatic-recovery db-pool-max-idletime db-pool-max-lifetime
  +db-pre-config +db-pre-request +db-prepared-statements +db-root-spec +db-schemas +db-timezone-enabled
  +db-tx-end db-uri +jwt-aud +jwt-cache-max-entries +jwt-cache-max-lifetime +jwt-role-claim-key
  +jwt-secret +jwt-secret-is-base64 log-level log-query +openapi-mode +openapi-security-active
  +openapi-server-proxy-uri +server-cors-allowed-origins server-host server-port server-reuseport
  +server-timing-enabled +server-trace-header server-unix-socket server-unix-socket-mode
  +url-use-legacy-target-names`
  .trim()
  .split(/\s+/)

const PAGE = new URL('../../../docs/reference/postgrest-configuration.md', import.meta.url)
const rows = readFileSync(PAGE, 'utf8')
  .split('\n')
  .map(line => line.split('|').map(cell => cell.trim()))
  .flatMap(([, name = '', option = '', inDatabase = '', verdict = '', remark = '']) =>
    /^`[\w.*-]+`$/.test(name)
      ? [{ name: bare(name), option: bare(option), inDatabase, verdict, remark }]
      : [],
  )

function bare(cell: string): string {
  return cell.replaceAll('`', '')
}

test('the page and the code know every parameter of PostgREST and no other', () => {
  const names = POSTGREST.map(name => name.replace('+', ''))
  expect(PARAMETERS.map(({ name }) => name).sort()).toEqual([...names].sort())
  expect(rows.map(({ name }) => name).sort()).toEqual([...names].sort())
})

test('the page says of each what the code does', () => {
  const said = rows.map(({ name, option, inDatabase }) => ({ name, option, inDatabase }))
  const done = PARAMETERS.map(({ name, option, inDatabase }) => ({
    name,
    option: option ?? '',
    inDatabase: inDatabase ? 'yes' : 'no',
  }))
  const byName = (one: { name: string }, other: { name: string }) =>
    one.name < other.name ? -1 : 1
  expect(said.sort(byName)).toEqual(done.sort(byName))
  expect(
    PARAMETERS.filter(({ inDatabase }) => inDatabase)
      .map(({ name }) => `+${name}`)
      .sort(),
  ).toEqual(POSTGREST.filter(name => name.startsWith('+')).sort())
})

test('whatever is not honoured, or differs, says why', () => {
  for (const { name, option, verdict, remark } of rows) {
    expect(['honoured', 'differs', 'not'], name).toContain(verdict)
    expect(verdict === 'not', name).toBe(option === '')
    if (verdict !== 'honoured') expect(remark, name).not.toBe('')
  }
})

test('every option that has the part of a parameter exists, and each has one part', () => {
  const known = OPTIONS.map(({ name }) => name)
  const taken = PARAMETERS.flatMap(({ option }) => option ?? [])
  expect(known).toEqual(expect.arrayContaining(taken))
  expect(new Set(taken).size).toBe(taken.length)
})

test('what the page says waits for a restart is what waits', () => {
  const live = new Map(OPTIONS.map(({ name, isLive }) => [name, isLive]))
  for (const { name, option, inDatabase, remark } of rows) {
    if (inDatabase === 'no' || option === '') continue
    expect(remark.includes('waits for a restart'), name).toBe(live.get(option) === false)
  }
})

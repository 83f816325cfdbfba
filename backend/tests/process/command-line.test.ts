import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createDecoder } from 'fast-jwt'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createDatabase } from '../support/database.ts'
import { run, start } from './command.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'stier-process-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

test('--version and --help answer on the standard output', async () => {
  const [version, help] = await Promise.all([
    run(['--version'], directory),
    run(['--help'], directory),
  ])
  expect(version).toMatchObject({ code: 0, err: '' })
  expect(version.out).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(help).toMatchObject({ code: 0, err: '' })
  expect(help.out).toContain('Usage: s-tier <command>')
})

test('a mistake of usage ends with 2 and words on the standard error', async () => {
  expect(await run(['srve'], directory)).toEqual({
    code: 2,
    out: '',
    err: "Error ST011: There is no command 'srve'\n  What to do: Perhaps you meant: s-tier serve\n",
  })
})

test('a wrong configuration ends with 3, without a stack', async () => {
  const wrong = await run(['serve', 'postgres://a/b'], directory, { STIER_HTTP_PORT: 'x' })
  expect(wrong).toMatchObject({ code: 3, out: '' })
  expect(wrong.err).toContain("http.port must be a whole number from 0 to 65535, not 'x'")
  expect(wrong.err).toContain('It was given by STIER_HTTP_PORT.')
  expect(wrong.err).not.toMatch(/^ +at /m)
})

test('a module is a configuration file, and TypeScript is or says why not', async () => {
  writeFileSync(
    join(directory, 's-tier.config.mjs'),
    "export default { jwt: { secret: 'x'.repeat(40) } }",
  )
  const signed = await run(['token', '--role', 'web'], directory)
  expect(signed).toMatchObject({ code: 0, err: '' })
  expect(createDecoder()(signed.out.trim())).toMatchObject({ role: 'web' })
  rmSync(join(directory, 's-tier.config.mjs'))
})

test('a secret never shows in an error', async () => {
  const short = await run(['token', '--role', 'web', '--secret', 'hunter2'], directory)
  expect(short.code).toBe(3)
  expect(short.err).toContain('at least 32 bytes long, not 7')
  const url = await run(['serve', 'mysql://me:hunter2@localhost/app'], directory)
  expect(url.code).toBe(3)
  expect(short.err + short.out + url.err + url.out).not.toContain('hunter2')
})

test('when its reader has enough it ends without a word', async () => {
  const many = Array.from({ length: 40 }, (_each, at) => `c${at} int`).join(', ')
  const database = await createDatabase(
    Array.from({ length: 60 }, (_each, at) => `create table t${at} (${many})`).join(';'),
  )
  const process = start(['openapi', database.url], directory, {}, true)
  expect(await process.ended).toBe(141)
  expect(process.output.err).toBe('')
  expect(process.output.out.length).toBeGreaterThan(0)
  await database.drop()
})

import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { openToThisMachine } from './open-to-this-machine.ts'

function opened(...flags: [string, string][]) {
  const config = readConfig({
    flags: new Map([['--database-url', 'postgres://ada@db/app'], ...flags]),
  })
  return openToThisMachine(config, {})
}

test('with nothing configured, requests of this machine run as the role that logs in', () => {
  expect(opened()?.database.anonRole).toBe('ada')
})

test('pages of other origins and other names are kept out', () => {
  const config = opened(['--http-port', '4000'])
  expect(config?.http.hosts).toEqual(['127.0.0.1', 'localhost', '[::1]'])
  expect(config?.http.corsOrigins).toContain('http://localhost:4000')
})

test('what was listed by hand stays', () => {
  const config = opened(['--http-hosts', 'box.local'], ['--http-cors-origins', 'http://box.local'])
  expect(config?.http).toMatchObject({ hosts: ['box.local'], corsOrigins: ['http://box.local'] })
})

test('nothing is assumed once something is configured, or when others can ask', () => {
  expect(opened(['--jwt-secret', 'a secret that is long enough to be one'])).toBeUndefined()
  expect(opened(['--database-anon-role', 'anon'])).toBeUndefined()
  expect(opened(['--http-host', '0.0.0.0'])).toBeUndefined()
})

import { expect, test } from 'vitest'
import { readConfig } from '../config.ts'
import { createOpening, openToThisMachine } from './open-to-this-machine.ts'

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

test('a server that was closed once does not open when what closed it disappears', () => {
  const config = (...flags: [string, string][]) =>
    readConfig({ flags: new Map([['--database-url', 'postgres://ada@db/app'], ...flags]) })
  const opening = createOpening({})
  expect(opening.applied(config()).database.anonRole).toBe('ada')
  expect(opening.isOpen()).toBe(true)
  expect(opening.applied(config(['--database-anon-role', 'web'])).database.anonRole).toBe('web')
  expect(opening.applied(config()).database.anonRole).toBeUndefined()
  expect(opening.isOpen()).toBe(false)
})

test('a socket is this machine, and a public address with nothing to say who may ask is refused', () => {
  expect(opened(['--http-host', '0.0.0.0'], ['--http-socket', '/tmp/x'])).toBeDefined()
  const config = readConfig({ flags: new Map([['--http-host', '0.0.0.0']]) })
  expect(() => createOpening({}).applied(config)).toThrow(
    expect.objectContaining({ code: 'ST005' }),
  )
})

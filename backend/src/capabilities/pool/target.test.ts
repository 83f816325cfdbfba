import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parseTarget, parseTargets, placeOf } from './target.ts'

const here = fileURLToPath(import.meta.url)

test('a URL names everything', () => {
  const url =
    'postgresql://web%40shop:p%2Fa%0Ass@db.example:6543/my%20shop?sslmode=require&options=-c%20geqo%3Doff&application_name=x'
  expect(parseTarget(url, {})).toEqual({
    host: 'db.example',
    port: 6543,
    user: 'web@shop',
    password: 'p/a\nss',
    database: 'my shop',
    sslMode: 'require',
    sslRoot: undefined,
    sslCertificate: undefined,
    sslKey: undefined,
    options: '-c geqo=off',
    applicationName: 'x',
  })
})

test('what it leaves out comes from the environment, then from the defaults', () => {
  const environment = {
    PGHOST: 'db.example',
    PGPORT: '6000',
    PGUSER: 'web',
    PGPASSWORD: 'secret',
    PGDATABASE: 'shop',
    PGSSLMODE: 'verify-full',
    PGSSLROOTCERT: 'system',
  }
  expect(parseTarget('postgres://', environment)).toMatchObject({
    host: 'db.example',
    port: 6000,
    user: 'web',
    password: 'secret',
    database: 'shop',
    sslMode: 'verify-full',
    sslRoot: undefined,
  })
  const user = userInfo().username
  expect(parseTarget('postgres://', {})).toMatchObject({
    host: 'localhost',
    port: 5432,
    user,
    database: user,
  })
  expect(parseTarget('postgres://web@h', {})).toMatchObject({ user: 'web', database: 'web' })
})

test('TLS is tried on the network and left out on this machine, unless the URL says otherwise', () => {
  const modeOf = (url: string) => parseTarget(url, {}).sslMode
  expect(modeOf('postgres://db.example/x')).toBe('prefer')
  expect(modeOf('postgres://db.example/x?sslmode=allow')).toBe('prefer')
  expect(modeOf('postgres://db.example/x?ssl=true')).toBe('require')
  for (const host of ['localhost', '127.0.0.1', '[::1]']) {
    expect(modeOf(`postgres://${host}/x`)).toBe('disable')
    expect(modeOf(`postgres://${host}/x?sslmode=verify-ca`)).toBe('verify-ca')
  }
})

test('a path is the folder of a unix socket, which has no TLS', () => {
  for (const url of [
    'postgres:///shop?host=/run/pg&sslmode=require',
    'postgres://%2Frun%2Fpg/shop',
  ]) {
    const target = parseTarget(url, {})
    expect(target).toMatchObject({ host: '/run/pg', database: 'shop', sslMode: 'disable' })
    expect(placeOf(target)).toBe('/run/pg/.s.PGSQL.5432')
  }
})

test('an IPv6 address stands in brackets', () => {
  expect(parseTarget('postgres://u@[2001:db8::1]:5433/x', {})).toMatchObject({
    host: '2001:db8::1',
    port: 5433,
  })
})

test('certificates are read from their files', () => {
  const target = parseTarget(`postgres://h/x?sslmode=verify-full&sslrootcert=${here}`, {})
  expect(target.sslRoot).toContain('certificates are read')
})

test.each([
  ['mysql://h/x', 'does not start with postgres://'],
  ['postgres://a,b/x', 'several hosts'],
  ['postgres://u:p@ss@h/x', 'written as %40'],
  ['postgres://h:0/x', 'port'],
  ['postgres://h:99999/x', 'port'],
  ['postgres://h:5x/x', 'port'],
  ['postgres://h/x?sslmode=maybe', 'sslmode is one of disable, allow, prefer'],
  ['postgres://h/x?ssl_mode=require', "unknown parameter 'ssl_mode'"],
  ['postgres://h/%zz', 'two hexadecimal digits'],
  ['postgres://h/x?sslrootcert=/nowhere.pem', 'sslrootcert cannot be read: /nowhere.pem'],
])('%s is refused, and the password is not told', (url, reason) => {
  const attempt = () => parseTarget(url, { PGPASSWORD: 'p@ss' })
  expect(attempt).toThrow(reason)
  expect(attempt).not.toThrow('p@ss')
  expect(attempt).toThrow(expect.objectContaining({ code: 'ST030' }))
})

test('a URL may name several hosts, each with its own port', () => {
  const url = 'postgres://app:s%40cret@db1:6432,db2,[::1]:5434/shop?sslmode=disable'
  const targets = parseTargets(url, {})
  expect(targets.map(placeOf)).toEqual(['db1:6432', 'db2:5432', '::1:5434'])
  for (const target of targets) {
    expect(target).toMatchObject({ user: 'app', password: 's@cret', database: 'shop' })
  }
})

test('a URL of one host is a list of one', () => {
  expect(parseTargets('postgres://db/shop?target_session_attrs=read-write', {})).toEqual([
    parseTarget('postgres://db/shop', {}),
  ])
})

import { expect, test } from 'vitest'
import { accessLogLine } from './access-log.ts'

const event = { atMs: Date.UTC(2026, 0, 5, 8, 0, 7), ip: '203.0.113.66' } as const
const AGENT = '"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"'

test('a wrong password is a refused login', () => {
  expect(accessLogLine({ ...event, kind: 'auth.failed', route: '/rpc/login' })).toBe(
    `203.0.113.66 - - [05/Jan/2026:08:00:07 +0000] "POST /rest/v1/rpc/login HTTP/1.1" 401 140 "-" ${AGENT}`,
  )
})

test.each([
  [{ kind: 'route.unknown', name: '/wp-login.php' }, '"GET /wp-login.php HTTP/1.1" 404'],
  [{ kind: 'access.denied', route: 'GET /salaries' }, '"GET /rest/v1/salaries HTTP/1.1" 403'],
  [{ kind: 'auth.tampered' }, '"GET /rest/v1/orders HTTP/1.1" 401'],
  [{ kind: 'auth.passed' }, '"POST /rest/v1/rpc/login HTTP/1.1" 200'],
  [{ kind: 'read', route: 'PATCH /orders' }, '"PATCH /rest/v1/orders HTTP/1.1" 200'],
  [
    { kind: 'read', route: 'GET /orders', key: 'orders.id', sought: 7, rows: 1 },
    '"GET /rest/v1/orders?id=eq.7 HTTP/1.1" 200',
  ],
  [
    { kind: 'read', route: 'GET /customers', rows: 1_000, bytes: 250_000 },
    '"GET /rest/v1/customers?limit=1000 HTTP/1.1" 200 250000',
  ],
] as const)('%o', (what, line) => {
  expect(accessLogLine({ ...event, ...what })).toContain(line)
})

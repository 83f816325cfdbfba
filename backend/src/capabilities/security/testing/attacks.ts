import type { SecurityEvent } from '../types.ts'

const SECOND_MS = 1_000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
/** A Monday, 8 o'clock. */
export const MONDAY = Date.UTC(2026, 0, 5, 8)

/** A scripted attack: what is told while it goes on, and the rules of which one at least must find it. */
export interface Attack {
  readonly name: string
  readonly rules: readonly string[]
  /** How many events are told until one of them does. */
  readonly foundAfter: number
  readonly events: () => Iterable<SecurityEvent>
}

function address(index: number): string {
  return `198.51.${Math.floor(index / 250)}.${(index % 250) + 1}`
}

function failure(atMs: number, ip: string, user: string, credential: number): SecurityEvent {
  const route = '/rpc/login'
  return { kind: 'auth.failed', atMs, ip, user, route, status: 401, credentialHash: credential }
}

function* times(
  count: number,
  everyMs: number,
  make: (index: number, atMs: number) => SecurityEvent,
): Iterable<SecurityEvent> {
  for (let index = 0; index < count; index++) yield make(index, MONDAY + index * everyMs)
}

const MALLORY = '203.0.113.66'
const session = { user: 'mallory', role: 'authenticated', ip: MALLORY } as const

/** The attacks that must be found, as their authors would make them. */
export const ATTACKS: readonly Attack[] = [
  {
    name: 'one address guesses at one user',
    rules: ['brute-force'],
    foundAfter: 5,
    events: () => times(50, SECOND_MS, (index, at) => failure(at, MALLORY, 'ada', 1_000 + index)),
  },
  {
    name: '500 addresses guess at one user, once each',
    rules: ['brute-force', 'distributed-brute-force'],
    foundAfter: 10,
    events: () =>
      times(500, 20 * SECOND_MS, (index, at) => failure(at, address(index), 'ada', 2_000 + index)),
  },
  {
    name: 'one password is tried on many users from many addresses',
    rules: ['password-spraying'],
    foundAfter: 8,
    events: () =>
      times(100, 30 * SECOND_MS, (index, at) =>
        failure(at, address(index % 40), `user-${index}`, 7),
      ),
  },
  {
    name: 'a list of stolen credentials is tried from one address, slowly',
    rules: ['credential-stuffing', 'brute-force'],
    foundAfter: 12,
    events: () =>
      times(200, 25 * SECOND_MS, (index, at) =>
        failure(at, MALLORY, `user-${index}`, 3_000 + index),
      ),
  },
  {
    name: 'one try in half an hour, for a day, from changing addresses',
    rules: ['slow-brute-force'],
    foundAfter: 23,
    events: () =>
      times(48, 30 * MINUTE_MS, (index, at) =>
        failure(at, address(index % 5), 'ada', 4_000 + index),
      ),
  },
  {
    name: 'a stolen token is used elsewhere',
    rules: ['token-replay'],
    foundAfter: 5,
    events: function* () {
      const ada = {
        user: 'ada',
        role: 'authenticated',
        route: 'GET /orders',
        tokenHash: 99,
      } as const
      yield { ...ada, kind: 'read', atMs: MONDAY - HOUR_MS, ip: '192.0.2.10', agentHash: 1 }
      yield* times(20, 30 * SECOND_MS, (index, atMs) => ({
        ...ada,
        kind: 'read',
        atMs,
        ip: index % 2 === 0 ? '192.0.2.10' : MALLORY,
        agentHash: index % 2 === 0 ? 1 : 2,
        rows: 3,
      }))
    },
  },
  {
    name: 'orders are asked for by number, one after the other',
    rules: ['id-enumeration'],
    foundAfter: 62,
    events: () =>
      times(500, 500, (index, atMs) => ({
        ...session,
        kind: 'read',
        atMs,
        route: 'GET /orders',
        key: 'orders.id',
        sought: 1_000 + index,
        rows: index % 50 === 0 ? 1 : 0,
      })),
  },
  {
    name: 'everything is exported',
    rules: ['mass-read'],
    foundAfter: 50,
    events: () =>
      times(200, 2 * SECOND_MS, (_index, atMs) => ({
        ...session,
        kind: 'read',
        atMs,
        route: 'GET /customers',
        rows: 1_000,
        bytes: 250_000,
      })),
  },
  {
    name: 'the policies are probed, table by table',
    rules: ['rls-probing'],
    foundAfter: 13,
    events: () =>
      times(40, 3 * SECOND_MS, (index, atMs) => ({
        ...session,
        kind: index % 4 === 3 ? 'read' : 'access.denied',
        atMs,
        route: `GET /table_${index}`,
        status: index % 4 === 3 ? 200 : 403,
        rows: 1,
      })),
  },
  {
    name: 'a scanner tries a list of paths',
    rules: ['scanning'],
    foundAfter: 20,
    events: () =>
      times(300, 100, (index, atMs) => ({
        kind: index % 3 === 0 ? 'name.unknown' : 'route.unknown',
        atMs,
        ip: MALLORY,
        name: `/wp-${index}.php`,
        status: 404,
      })),
  },
  {
    name: 'a table is read that nobody has a reason to read',
    rules: ['honeypot'],
    foundAfter: 1,
    events: () =>
      times(1, 0, (_index, atMs) => ({
        ...session,
        kind: 'read',
        atMs,
        route: 'GET /admin_passwords',
        name: 'public.admin_passwords',
        rows: 3,
      })),
  },
  {
    name: 'an administrator is guessed, and then changes something',
    rules: ['admin-takeover'],
    foundAfter: 8,
    events: function* () {
      // Too slow for the rule about guessing.
      yield* times(6, 5 * MINUTE_MS, (index, at) =>
        failure(at, address(index), 'root', 5_000 + index),
      )
      const at = { atMs: MONDAY + HOUR_MS / 2 + MINUTE_MS, ip: MALLORY, user: 'root' }
      yield { ...at, kind: 'auth.passed' }
      yield { ...at, kind: 'admin.changed', name: 'security.rules' }
    },
  },
]

/** Decoys that the attacks above come upon. */
export const HONEYPOTS: readonly string[] = ['admin_passwords', 'users.pin']

import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ServerCommand } from './processes.ts'
import { signToken } from './token.ts'
import { CUSTOMER_ID } from '../peers/statements.ts'

/** A program in `peers/`. */
export type ProgramName = 'baseline' | 'passthrough' | 'floor' | FinishedName
/** A program that knows what S-Tier answered, and answers the same bytes. */
export type FinishedName = 'bare' | 'bare-identity' | 'finished' | 'bentocache'
export type PeerName = ProgramName | 'S-Tier uncached'
export type ContestantName = 'S-Tier' | PeerName

/** A server that takes part: how it is started and how it is asked. */
export interface Contestant {
  readonly name: ContestantName
  readonly command: ServerCommand
  /** It is asked in the words of S-Tier. */
  readonly speaksDialect: boolean
  readonly headers: Readonly<Record<string, string>>
}

/** Database connections of every contestant. */
export const POOL_SIZE = 10

/** In whose name all of them read: PostgreSQL checks the same privileges and policies for each. */
const ROLE = 'authenticated'
const JWT_SECRET = 'a secret for benchmarks only, of more than 32 bytes'

const S_TIER = fileURLToPath(new URL('../../backend/bin/s-tier.js', import.meta.url))
const S_TIER_BUILD = fileURLToPath(new URL('../../backend/dist/main.js', import.meta.url))

export interface SettingUp {
  /** Of Node.js, for a profile. */
  readonly nodeArguments?: readonly string[]
  /** Of S-Tier. */
  readonly settings?: readonly string[] | undefined
}

/** S-Tier itself. Fails when it has not been built. */
export function sTier(storeUrl: string, how: SettingUp = {}): Contestant {
  const { nodeArguments = [], settings = [] } = how
  if (!existsSync(S_TIER_BUILD)) throw new Error('S-Tier is not built yet: npm run build')
  const url = new URL(storeUrl)
  url.username = 'authenticator'
  return {
    name: 'S-Tier',
    command: {
      arguments: port => [
        ...[...nodeArguments, S_TIER, 'serve', url.href, '--http-port', String(port)],
        ...['--pool-size-max', String(POOL_SIZE), ...settings],
      ],
      environment: () => ({ STIER_JWT_SECRET: JWT_SECRET }),
    },
    speaksDialect: true,
    headers: callerHeaders(),
  }
}

/** The token that all who look at one are sent. */
function callerHeaders(): Contestant['headers'] {
  const customer = { sub: String(CUSTOMER_ID), customer_id: CUSTOMER_ID }
  const claims = { role: ROLE, ...customer, email: 'someone@example.org' }
  const expires = Math.floor(Date.now() / 1000) + 24 * 3600
  return { authorization: `Bearer ${signToken({ ...claims, exp: expires }, JWT_SECRET)}` }
}

const FINISHED: readonly PeerName[] = ['bare', 'bare-identity', 'finished', 'bentocache']

/** One of those beside S-Tier. `sTierPort`: where those find it that answer what it does. */
export function peer(name: PeerName, storeUrl: string, sTierPort: number): Contestant {
  if (name === 'S-Tier uncached') {
    return { ...sTier(storeUrl, { settings: ['--cache-enabled=false'] }), name }
  }
  return program(name, storeUrl, sTierPort)
}

/** One of the programs in `peers/`. */
function program(name: ProgramName, storeUrl: string, sTierPort: number): Contestant {
  const url = new URL(storeUrl)
  // What is in both is without a journal there.
  url.searchParams.set('options', `-c role=${ROLE} -c search_path=by_hand,public`)
  const path = fileURLToPath(new URL(`../dist/benchmarks/peers/${name}.js`, import.meta.url))
  return {
    name,
    command: {
      arguments: () => [path],
      environment: port => ({
        PORT: String(port),
        DATABASE_URL: url.href,
        POOL_SIZE: String(POOL_SIZE),
        S_TIER_URL: `http://127.0.0.1:${sTierPort}`,
      }),
    },
    speaksDialect: FINISHED.includes(name),
    headers: FINISHED.includes(name) ? callerHeaders() : {},
  }
}

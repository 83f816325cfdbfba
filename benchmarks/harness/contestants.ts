import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { ServerCommand } from './processes.ts'
import { signToken } from './token.ts'
import { CUSTOMER_ID } from '../peers/statements.ts'

/** A program in `peers/`. */
export type PeerName = 'baseline' | 'passthrough' | 'floor'
export type ContestantName = 'S-Tier' | PeerName

/** A server that takes part: how it is started and how it is asked. */
export interface Contestant {
  readonly name: ContestantName
  readonly command: ServerCommand
  readonly headers: Readonly<Record<string, string>>
}

/** Database connections of every contestant. */
export const POOL_SIZE = 10

/** In whose name all of them read: PostgreSQL checks the same privileges and policies for each. */
const ROLE = 'authenticated'
const JWT_SECRET = 'a secret for benchmarks only, of more than 32 bytes'

const S_TIER = fileURLToPath(new URL('../../backend/bin/s-tier.js', import.meta.url))
const S_TIER_BUILD = fileURLToPath(new URL('../../backend/dist/main.js', import.meta.url))

/** S-Tier itself. `nodeArguments`: for a profile. Fails when it has not been built. */
export function sTier(storeUrl: string, nodeArguments: readonly string[] = []): Contestant {
  if (!existsSync(S_TIER_BUILD)) throw new Error('S-Tier is not built yet: npm run build')
  const url = new URL(storeUrl)
  url.username = 'authenticator'
  const customer = { sub: String(CUSTOMER_ID), customer_id: CUSTOMER_ID }
  const claims = { role: ROLE, ...customer, email: 'someone@example.org' }
  const expires = Math.floor(Date.now() / 1000) + 24 * 3600
  return {
    name: 'S-Tier',
    command: {
      arguments: port => [
        ...[...nodeArguments, S_TIER, 'serve', url.href, '--http-port', String(port)],
        ...['--pool-size-max', String(POOL_SIZE)],
      ],
      environment: () => ({ STIER_JWT_SECRET: JWT_SECRET }),
    },
    headers: { authorization: `Bearer ${signToken({ ...claims, exp: expires }, JWT_SECRET)}` },
  }
}

/** One of the programs in `peers/`. */
export function peer(name: PeerName, storeUrl: string): Contestant {
  const url = new URL(storeUrl)
  url.searchParams.set('options', `-c role=${ROLE}`)
  const program = fileURLToPath(new URL(`../dist/benchmarks/peers/${name}.js`, import.meta.url))
  return {
    name,
    command: {
      arguments: () => [program],
      environment: port => ({
        PORT: String(port),
        DATABASE_URL: url.href,
        POOL_SIZE: String(POOL_SIZE),
      }),
    },
    headers: {},
  }
}

import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { shown } from '../shown.ts'
import { aborted } from './aborted.ts'
import { isPublicAddress, isSomebodysAddress } from './addresses.ts'
import { AlertUndeliveredError } from './errors.ts'

/**
 * Which addresses a host may have.
 *
 * - `public`: those of the Internet
 * - `reachable`: those of this machine and of networks behind it too, but none that is nobody's or everybody's
 * - `any`
 */
export type Reach = 'public' | 'reachable' | 'any'

/** A host that alerts are sent to. */
export interface HostTarget {
  /** Of the sink, for messages. */
  readonly name: string
  /** As it is in a URL. */
  readonly host: string
  readonly reach: Reach
}

export interface Address {
  readonly address: string
  readonly family: number
}

const ALLOWED: Readonly<Record<Reach, (address: string) => boolean>> = {
  public: isPublicAddress,
  reachable: isSomebodysAddress,
  any: () => true,
}
const REFUSALS: Readonly<Record<Exclude<Reach, 'any'>, string>> = {
  public: 'which is not of the Internet',
  reachable: 'which is the address of no server',
}

/**
 * The address that is to be connected to, and no other: a name may mean something else a moment later. All addresses of the host are looked at.
 * Rejects with ST432.
 */
export async function addressOf(target: HostTarget, signal: AbortSignal): Promise<Address> {
  const { name, reach } = target
  const host = target.host.replace(/^\[(.*)\]$/, '$1')
  const family = isIP(host)
  const found = family === 0 ? await resolve(name, host, signal) : [{ address: host, family }]
  const closed = found.find(({ address }) => !ALLOWED[reach](address))
  if (closed !== undefined && reach !== 'any') {
    throw new AlertUndeliveredError(name, `${host} is ${closed.address}, ${REFUSALS[reach]}`, {
      hint: `Set "allowPrivate": true for '${name}' if it is meant to be.`,
    })
  }
  const [first] = found
  if (first === undefined) throw new AlertUndeliveredError(name, `${host} has no address`)
  return first
}

async function resolve(
  name: string,
  host: string,
  signal: AbortSignal,
): Promise<readonly Address[]> {
  try {
    return await Promise.race([lookup(host, { all: true }), aborted(signal)])
  } catch (error) {
    throw new AlertUndeliveredError(name, failureOf(error, signal), { cause: error })
  }
}

/** Why something was not sent, in a few words. */
export function failureOf(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return 'it did not answer in time'
  const { code, message } = error as NodeJS.ErrnoException
  return shown(code ?? message)
}

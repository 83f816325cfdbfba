import type { IncomingHttpHeaders } from 'node:http'
import { createSecondChanceCache } from '../../../base/index.ts'
import type { SecurityMonitor } from '../../../capabilities/security/index.ts'
import { type Identity, tokenOf } from '../identity/index.ts'

const AGENTS_MAX = 1_000

/** Numbers that stand for secrets and long texts, made once for each. */
export class Fingerprints {
  readonly #monitor: Pick<SecurityMonitor, 'fingerprint'>
  readonly #tokens = new WeakMap<Identity, number>()
  readonly #agents = createSecondChanceCache<number>(AGENTS_MAX)

  constructor(monitor: Pick<SecurityMonitor, 'fingerprint'>) {
    this.#monitor = monitor
  }

  /** An identity comes from one token. Undefined: from none. */
  tokenOf(identity: Identity, headers: IncomingHttpHeaders): number | undefined {
    if (identity.anonymous) return undefined
    const known = this.#tokens.get(identity)
    if (known !== undefined) return known
    const made = this.credentialOf(headers)
    if (made !== undefined) this.#tokens.set(identity, made)
    return made
  }

  /** Of the token as it was shown, whether or not it is right. */
  credentialOf(headers: IncomingHttpHeaders): number | undefined {
    const token = tokenOf(headers)
    return token === undefined ? undefined : this.#monitor.fingerprint(token)
  }

  agentOf({ 'user-agent': agent }: IncomingHttpHeaders): number | undefined {
    if (agent === undefined) return undefined
    const known = this.#agents.get(agent)
    if (known !== undefined) return known
    const made = this.#monitor.fingerprint(agent)
    this.#agents.set(agent, made)
    return made
  }
}

import type { ChainRecord } from './chain.ts'
import type { Principal } from './types.ts'

const RECORDS_MAX = 2_000

/** What was found and done, in order; of one address or user on request. */
export class Timeline {
  readonly #records: ChainRecord[] = []

  add(record: ChainRecord): void {
    if (this.#records.length === RECORDS_MAX) this.#records.shift()
    this.#records.push(record)
  }

  about({ ip, user }: Pick<Principal, 'ip' | 'user'>): readonly ChainRecord[] {
    return this.#records.filter(({ body }) => {
      const principal = body['principal'] as Principal | undefined
      const isOfIp = ip === undefined || principal?.ip === ip
      return isOfIp && (user === undefined || principal?.user === user)
    })
  }
}

import { Turns } from './turns.ts'

/** Those that ask most are known one by one; all others together. */
const TENANTS_MAX = 1_000
/** Weight of the last step in what a tenant usually asks for. */
const RECENT = 0.3
/** Who asks for less than this in a step is forgotten. */
const ASKS_MIN = 0.05

class Tenant {
  readonly turns = new Turns()
  readonly weight: number
  asked = 0
  usual = 0
  share = 1

  constructor(weight: number) {
    this.weight = weight
  }
}

/**
 * Divides what is let in of a class among its tenants, max-min fair by weight: who asks for less than its part gets all of it, and what
 * those leave goes to the others. Who asks for a hundred times as much as others does not get more than they could have.
 */
export class FairShare {
  readonly #tenants = new Map<string, Tenant>()
  readonly #weightOf: (tenant: string) => number
  readonly #unknown = new Turns()

  constructor(weightOf: (tenant: string) => number) {
    this.#weightOf = weightOf
  }

  /** `share` is that of the class. */
  take(name: string | undefined, share: number): boolean {
    const tenant = name === undefined ? undefined : this.#find(name)
    if (tenant === undefined) return this.#unknown.take(share)
    tenant.asked++
    // Of who is new, nothing is known.
    return tenant.turns.take(tenant.usual === 0 ? share : tenant.share)
  }

  #find(name: string): Tenant | undefined {
    let tenant = this.#tenants.get(name)
    if (tenant === undefined && this.#tenants.size < TENANTS_MAX) {
      tenant = new Tenant(Math.max(0, this.#weightOf(name)))
      this.#tenants.set(name, tenant)
    }
    return tenant
  }

  /** A step is over: what was asked in it tells what each gets in the next one. */
  step(share: number): void {
    for (const [name, tenant] of this.#tenants) {
      tenant.usual += RECENT * (tenant.asked - tenant.usual)
      tenant.asked = 0
      if (tenant.usual < ASKS_MIN) this.#tenants.delete(name)
    }
    divide([...this.#tenants.values()], share)
  }
}

/** Modest ones first: each may have as much as there is for its weight. */
function divide(tenants: Tenant[], share: number): void {
  tenants.sort((a, b) => a.usual * b.weight - b.usual * a.weight)
  let left = share * tenants.reduce((sum, { usual }) => sum + usual, 0)
  let weights = tenants.reduce((sum, { weight }) => sum + weight, 0)
  for (const tenant of tenants) {
    const part = weights > 0 ? (left * tenant.weight) / weights : 0
    const gets = Math.min(tenant.usual, part)
    tenant.share = tenant.usual > 0 ? gets / tenant.usual : 1
    left -= gets
    weights -= tenant.weight
  }
}

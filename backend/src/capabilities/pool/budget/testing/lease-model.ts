import { apportion } from '../apportion.ts'

/** The claim of a member, with its overhead, as the script gets it. */
export interface LeaseClaim {
  readonly member: string
  readonly seq: number
  readonly held: number
  readonly wanted: number
  readonly limit: number
  readonly safe: number
  readonly isNew: boolean
}

interface Lease extends LeaseClaim {
  readonly granted: number
  readonly expires: number
}

export interface LeaseModel {
  /** Undefined for a claim that is older than the last one of its member. */
  claim(claim: LeaseClaim): { readonly granted: number; readonly members: number } | undefined
  leave(member: string): void
  flush(): void
  readonly isLearning: boolean
}

interface LeaseModelSetup {
  readonly total: number
  readonly leaseMs: number
  readonly mourningMs: number
  readonly now: () => number
}

/** What the script of the registry in Redis does, in TypeScript, on a clock of one's own. */
export function createLeaseModel({ total, leaseMs, mourningMs, now }: LeaseModelSetup): LeaseModel {
  const leases = new Map<string, Lease>()
  let learnsUntil: number | undefined

  const most = (lease: Lease) => Math.max(lease.granted, lease.limit, lease.held)
  const sum = (list: readonly number[]) => list.reduce((left, right) => left + right, 0)

  function decide(claim: LeaseClaim) {
    const others = [...leases.values()].filter(({ member }) => member !== claim.member)
    const living = others.filter(({ expires }) => now() < expires)
    const silent = others.filter(lease => !living.includes(lease))
    const mourned = sum(silent.map(lease => Math.min(most(lease), lease.safe)))
    const free = total - mourned - sum(living.map(most))
    const wants = [claim.wanted, ...living.map(({ wanted }) => wanted)]
    const fair = apportion(wants, total - mourned)[0] ?? 0
    return { granted: Math.max(0, Math.min(free, learnt(claim) ?? fair)), members: wants.length }
  }

  /** Undefined when the registry has learnt everything. */
  function learnt({ limit, held, safe, wanted, isNew }: LeaseClaim): number | undefined {
    if (now() >= (learnsUntil ?? 0)) return undefined
    return isNew ? Math.min(wanted, Math.max(limit, safe)) : Math.min(limit, Math.max(held, safe))
  }

  return {
    claim(claim) {
      learnsUntil ??= now() + leaseMs
      for (const [member, { expires }] of leases) {
        if (now() >= expires + mourningMs) leases.delete(member)
      }
      if ((leases.get(claim.member)?.seq ?? 0) >= claim.seq) return undefined
      const decided = decide(claim)
      leases.set(claim.member, { ...claim, granted: decided.granted, expires: now() + leaseMs })
      return decided
    },
    leave: member => void leases.delete(member),
    flush() {
      leases.clear()
      learnsUntil = undefined
    },
    get isLearning() {
      return learnsUntil === undefined || now() < learnsUntil
    },
  }
}

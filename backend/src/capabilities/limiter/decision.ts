import type { Claim } from './claim.ts'
import type { Refusal } from './types.ts'

/** What came of one request. `settle` takes it back when the real cost is known. */
export class Decision {
  /** What each rule that holds was asked, and answered. */
  readonly claims: readonly Claim[]
  /** Undefined: it may pass. */
  refusal: Refusal | undefined = undefined
  /** The names of rules that only look, and would have refused. */
  shadowed: readonly string[] = NONE
  isSettled = false

  constructor(claims: readonly Claim[]) {
    this.claims = claims
  }

  /** It is not over with the decision: `settle` makes a difference. */
  get isSettledLater(): boolean {
    for (const { rule, isCharged } of this.claims) if (isCharged && rule.isSettledLater) return true
    return false
  }

  get allowed(): boolean {
    return this.refusal === undefined
  }

  /** Of the rules that enforce, the one of which the smallest share is left. */
  get narrowest(): Claim | undefined {
    let narrowest: Claim | undefined
    for (const claim of this.claims) {
      if (!claim.rule.enforces) continue
      if (narrowest === undefined || leftOf(claim) < leftOf(narrowest)) narrowest = claim
    }
    return narrowest
  }
}

const NONE: readonly string[] = Object.freeze([])

function leftOf({ passes, remaining, limit }: Claim): number {
  return passes ? remaining / limit : -1
}

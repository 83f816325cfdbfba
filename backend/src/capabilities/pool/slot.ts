import type { PoolClass } from './classes.ts'
import type { Member } from './member.ts'

/** What the pool remembers of one of its connections. All times are on the pool's clock. */
export class Slot {
  readonly member: Member
  readonly expiresAt: number
  /** Nobody has it since then. */
  freeSince = 0
  /** It was known to work then. */
  provenAt = 0
  /** Who has it, and since when; `isHeld` only while a caller does, not while it is tried or cleaned. */
  isHeld = false
  heldSince = 0
  kind: PoolClass = 'interactive'
  tenant = ''
  leavesNoTrace = false
  /** Where it was asked for; undefined where leaks are not looked for, or this one was told already. */
  origin: Error | undefined = undefined
  /** Not to be handed out again. */
  isCondemned = false

  constructor(member: Member, expiresAt: number) {
    this.member = member
    this.expiresAt = expiresAt
  }
}

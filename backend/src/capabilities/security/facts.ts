import { Key, mixed } from './hash.ts'
import type { DistinctOf } from './rule.ts'
import type { Seen } from './tables/seen.ts'
import type { EventKind, Principal, PrincipalKind, SecurityEvent } from './types.ts'

/** The same wrong credential within this time is the same attempt. */
const ATTEMPT_FOR_MS = 3_600_000
const PURPOSE_ATTEMPT = 1
const PURPOSE_ATTEMPT_HERE = 2

/** Seeds of all keys: from a secret, so that processes agree and nobody else can tell. */
export interface Seeds {
  readonly a: number
  readonly b: number
  /** Of this process alone. */
  readonly own: number
}

/** The event that is looked at, with the keys that detectors find it under. One object, filled anew for each event. */
export class Facts {
  event: SecurityEvent = { kind: 'read', atMs: 0, ip: '' }
  kind: EventKind = 'read'
  nowMs = 0
  /** `event.ip`, or its network. */
  ip = ''
  hasUser = false
  /** A wrong credential of this user that was not tried within an hour; of other events false. */
  isNewAttempt = false
  /** The same, from this address. */
  isNewAttemptHere = false
  readonly ipKey: Key
  readonly userKey: Key
  /** The user at this address; without a user the address. */
  readonly pairKey: Key
  readonly item: Key
  readonly #other: Key
  readonly #mixed: Key
  readonly #own: number
  #serial = 0

  readonly #attempts: Seen

  constructor(seeds: Seeds, attempts: Seen) {
    this.#attempts = attempts
    const { a, b, own } = seeds
    this.#own = own
    this.ipKey = new Key(a, b)
    this.userKey = new Key(a, b)
    this.pairKey = new Key(a, b)
    this.item = new Key(a, b)
    this.#other = new Key(a, b)
    this.#mixed = new Key(a, b)
  }

  fill(event: SecurityEvent, ip: string): void {
    this.event = event
    this.kind = event.kind
    this.nowMs = event.atMs
    this.ip = ip
    this.ipKey.ofText(ip)
    const { user } = event
    this.hasUser = user !== undefined
    if (user === undefined) {
      this.pairKey.a = this.ipKey.a
      this.pairKey.b = this.ipKey.b
    } else {
      this.userKey.ofText(user)
      this.pairKey.ofBoth(this.userKey, this.ipKey)
    }
    this.isNewAttempt = false
    this.isNewAttemptHere = false
    if (event.kind === 'auth.failed') this.#judgeAttempt()
  }

  /** The key of whom a rule counts for; undefined: the event has none. */
  keyOf(kind: PrincipalKind): Key | undefined {
    const { tokenHash, credentialHash, role, route } = this.event
    switch (kind) {
      case 'ip':
        return this.ipKey
      case 'user':
        return this.hasUser ? this.userKey : undefined
      case 'user+ip':
        return this.pairKey
      case 'token':
        return tokenHash === undefined ? undefined : this.#other.ofNumber(tokenHash)
      case 'credential':
        return credentialHash === undefined ? undefined : this.#other.ofNumber(credentialHash)
      case 'role+route':
        return this.#other.ofText(`${role ?? ''} ${route ?? ''}`)
      case 'all':
        return this.#other.ofNumber(0)
    }
  }

  principal(kind: PrincipalKind): Principal {
    const { user, tokenHash, credentialHash, role, route } = this.event
    const { ip } = this
    switch (kind) {
      case 'ip':
        return { kind, ip }
      case 'user':
        return { kind, user }
      case 'user+ip':
        return user === undefined ? { kind: 'ip', ip } : { kind, user, ip }
      case 'token':
        return { kind, token: tokenHash, user, ip }
      case 'role+route':
        return { kind, role, route }
      case 'credential':
        return { kind, token: credentialHash }
      case 'all':
        return { kind }
    }
  }

  /** What `distinct` tells apart, as a key. Holds until the next call. */
  itemOf(of: DistinctOf): Key {
    const { tokenHash, name, route, key, sought } = this.event
    switch (of) {
      case 'credential':
        return this.credential()
      case 'user':
        return this.#itemLike(this.userKey)
      case 'ip':
        return this.#itemLike(this.ipKey)
      case 'token':
        return tokenHash === undefined ? this.#unlikeAny() : this.item.ofNumber(tokenHash)
      case 'name':
        return this.item.ofText(name ?? route ?? '')
      case 'target':
        return this.item.ofText(`${route ?? name ?? ''} ${key ?? ''} ${sought ?? ''}`)
    }
  }

  /** A wrong credential as something that can be told apart; without its fingerprint each is another one. */
  credential(): Key {
    const { credentialHash } = this.event
    return credentialHash === undefined ? this.#unlikeAny() : this.item.ofNumber(credentialHash)
  }

  /** Two things as one, for `Seen`. Holds until the next call. */
  both(first: Key, second: Key, purpose: number): Key {
    return this.#mixed.ofPurpose(this.#mixed.ofBoth(first, second), purpose)
  }

  #judgeAttempt(): void {
    const { nowMs } = this
    const attempt = this.both(this.userKey, this.credential(), PURPOSE_ATTEMPT)
    if (!this.hasUser) attempt.ofBoth(this.pairKey, this.item)
    this.isNewAttempt = this.#attempts.isFirst(attempt, nowMs, ATTEMPT_FOR_MS)
    const here = this.both(this.pairKey, this.item, PURPOSE_ATTEMPT_HERE)
    this.isNewAttemptHere = this.#attempts.isFirst(here, nowMs, ATTEMPT_FOR_MS)
  }

  #itemLike({ a, b }: Key): Key {
    this.item.a = a
    this.item.b = b
    return this.item
  }

  #unlikeAny(): Key {
    this.#serial = (this.#serial + 1) % Number.MAX_SAFE_INTEGER
    this.item.ofNumber(this.#serial)
    this.item.a = mixed(this.item.a, this.#own)
    this.item.b = mixed(this.item.b, this.nowMs)
    return this.item
  }
}

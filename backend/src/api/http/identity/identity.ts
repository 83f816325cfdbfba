import { type Clock, createSecondChanceCache, type Observer } from '../../../base/index.ts'
import { tokenOf } from './bearer.ts'
import { type Claims, refusalOf } from './claims.ts'
import {
  ClaimsError,
  KeysUnavailableError,
  SecretMissingError,
  TokenRequiredError,
} from './errors.ts'
import type { IdentityEvent } from './events.ts'
import type { KeySource, KeySourceParts } from './key-source.ts'
import { openKeySource } from './open-key-source.ts'
import { JWT_DEFAULTS, type JwtOptions, type JwtRules } from './options.ts'
import { anonymousIdentity, identityOf, roleReader } from './role.ts'
import type { Identity, IdentityService } from './types.ts'
import { keysFor, parseToken, type UncheckedToken, verifyToken } from './verify.ts'

export interface IdentityOptions extends JwtOptions {
  /** The role of requests without a token and of tokens without a role. Undefined: such requests answer PGRST302. */
  readonly anonRole?: string | undefined
}

export interface IdentityParts {
  readonly clock: Clock
  readonly observe: Observer<IdentityEvent>
  /** For the URL of a key set. Default: Node's. */
  readonly fetch?: typeof globalThis.fetch
}

/** What is remembered of a token whose signature is right. */
interface Verified {
  readonly claims: Claims
  /** Undefined: it names no role, and there is no anonymous one. */
  readonly identity: Identity | undefined
  /** On the clock, when its signature was checked; undefined: it does not matter. */
  readonly checkedAt: number | undefined
}

/**
 * Says in whose name a request runs. A token that was seen before costs one look into a map and the judgement of its
 * dates; a new one also a signature. When the keys change, every token is forgotten.
 * Throws ST010 when `secret` cannot be used.
 */
export function createIdentity(options: IdentityOptions, parts: IdentityParts): IdentityService {
  const rules: JwtRules = { ...JWT_DEFAULTS, ...options }
  const { anonRole } = options
  const { cacheEntriesMax, cacheLifetimeMs } = rules
  const { clock, observe, fetch = globalThis.fetch } = parts
  const known = createSecondChanceCache<Verified>(cacheLifetimeMs === 0 ? 0 : cacheEntriesMax)
  const source = sourceOf(rules, { clock, observe, fetch, onChange: () => known.clear() })
  const roleOf = roleReader(rules.roleClaimKey)
  const anonymous = anonRole === undefined ? undefined : anonymousIdentity(anonRole)

  function verify(token: UncheckedToken, { keys }: KeySource): Identity {
    if (keys === undefined) throw new KeysUnavailableError(rules.keysAgeMsMin)
    const signed = verifyToken(token, keysFor(token, keys))
    const role = roleOf(signed.claims) ?? anonRole
    const identity = role === undefined ? undefined : identityOf(signed, role, role === anonRole)
    const checkedAt = cacheLifetimeMs === undefined ? undefined : clock.now()
    const verified = { claims: signed.claims, identity, checkedAt }
    known.set(token.text, verified)
    return admit(verified)
  }

  function admit({ claims, identity }: Verified): Identity {
    const refusal = refusalOf(claims, rules, clock.epochMs())
    if (refusal !== undefined) throw new ClaimsError(refusal)
    if (identity === undefined) throw new TokenRequiredError()
    return identity
  }

  /** What is remembered of a token, unless that is too old. */
  function remembered(text: string): Verified | undefined {
    const verified = known.get(text)
    if (verified?.checkedAt === undefined || cacheLifetimeMs === undefined) return verified
    if (clock.now() - verified.checkedAt < cacheLifetimeMs) return verified
    known.delete(text)
    return undefined
  }

  function identifyNew(text: string): Identity | Promise<Identity> {
    if (source === undefined) throw new SecretMissingError()
    const token = parseToken(text)
    const renewed = needsOtherKeys(token, source) ? source.renew() : undefined
    return renewed ? renewed.then(() => verify(token, source)) : verify(token, source)
  }

  return {
    identify(headers) {
      const token = tokenOf(headers)
      if (token !== undefined) {
        const verified = remembered(token)
        return verified === undefined ? identifyNew(token) : admit(verified)
      }
      if (anonymous === undefined) throw new TokenRequiredError()
      return anonymous
    },
    recall(headers) {
      const token = tokenOf(headers)
      if (token === undefined) return anonymous
      const verified = remembered(token)
      if (verified === undefined) return undefined
      const isRefused = refusalOf(verified.claims, rules, clock.epochMs()) !== undefined
      return isRefused ? undefined : verified.identity
    },
    async reload() {
      await source?.reload()
    },
    close() {
      source?.close()
    },
  }
}

function sourceOf(rules: JwtRules, parts: KeySourceParts) {
  return rules.secret === undefined ? undefined : openKeySource(rules.secret, rules, parts)
}

/** It names a key that is not among ours, or there are none yet. */
function needsOtherKeys(token: UncheckedToken, { keys }: KeySource): boolean {
  return keys === undefined || (token.kid !== undefined && keysFor(token, keys).length === 0)
}

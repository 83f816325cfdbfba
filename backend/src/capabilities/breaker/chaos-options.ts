import { option } from '../../base/index.ts'
import { ChaosTokenMissingError } from './errors.ts'

/** Whether the nodes of the database may be made slow, failing or frozen on purpose, and by whom. */
export interface ChaosOptions {
  /** Let whoever has the token begin experiments at `/chaos`, on this server. Needs `chaos.token`. Default false. */
  enabled?: boolean
  /** What `/chaos` demands as `Authorization: Bearer …`, at least 16 characters. Default: none. */
  token?: string | undefined
}
export type ChaosRules = Readonly<Required<ChaosOptions>>
export const CHAOS_DEFAULTS: ChaosRules = Object.freeze({ enabled: false, token: undefined })

/** What begins experiments has to know so many characters at least. */
export const TOKEN_LENGTH_MIN = 16

/** What can stand in `Authorization: Bearer`. RFC 6750, section 2.1. */
const TOKEN = option.text({
  expects: `at least ${TOKEN_LENGTH_MIN} letters, digits or -._~+/ and = at the end`,
  accepts: text => text.length >= TOKEN_LENGTH_MIN && /^[\w.~+/-]+=*$/.test(text),
})
export const CHAOS_CHECKS: option.Checks<ChaosOptions> = Object.freeze({
  enabled: option.flag(),
  token: { ...TOKEN, isSecret: true },
})

/** Throws ST006 for chaos that nobody could begin. */
export function checkChaos({ enabled, token }: ChaosRules): void {
  if (enabled && token === undefined) throw new ChaosTokenMissingError()
}

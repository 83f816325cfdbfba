import { option } from '../../base/index.ts'
import { BLOCK_LISTS_CHECK, type BlockLists } from './lists/options.ts'
import type { SecurityRules } from './rule.ts'
import { NETWORK, RULES_CHECK } from './rule-check.ts'

/** What is watched, and whether anything is done about it. */
export interface SecurityOptions {
  /** Default true. */
  enabled?: boolean
  /** `watch`: alerts only, except where a rule says `act`. `act`: all rules do what they say. Default `watch`. */
  mode?: 'watch' | 'act'
  /** Rules by name, over the built-in ones. Default: those. */
  rules?: SecurityRules
  /** Tables, columns (`users.pin`), routes (`/admin.php`) and functions that nobody has a reason to ask for. Default: none. */
  honeypots?: readonly string[]
  /** Addresses, networks and users (`user:ada`) that nothing is ever done about. Default: none. */
  allow?: readonly string[]
  /** Networks that are refused, by name: `{"drop": {"url": "https://…"}}`, or `file`. Never those of `allow`. Files are read again when they change. Default: none. */
  blockLists?: BlockLists
  /** Users and addresses that are told apart. The memory follows from it: 64 MB at the most for 1_000_000. Default 1_000_000. */
  principalsMax?: number
  /**
   * From it come fingerprints, the key of the record and the signatures between processes, at least 16 characters, the same at all
   * processes that share: the text, or `@` and the path of a file that holds it. Default: made from `jwt.secret` where that is a
   * secret itself, otherwise a random one for each process.
   */
  secret?: string | undefined
}
export type SecuritySettings = Readonly<Required<SecurityOptions>>

export const SECURITY_DEFAULTS: SecuritySettings = Object.freeze({
  enabled: true,
  mode: 'watch',
  rules: Object.freeze({}),
  honeypots: Object.freeze([]),
  allow: Object.freeze([]),
  blockLists: Object.freeze({}),
  principalsMax: 1_000_000,
  secret: undefined,
})

const SECRET: option.Check<string> = {
  ...option.text({
    expects: 'at least 16 characters, or @ and the path of a file that holds them',
    accepts: text => text.length >= 16 || text.startsWith('@'),
  }),
  isSecret: true,
}
export const SECURITY_CHECKS: option.Checks<SecurityOptions> = Object.freeze({
  enabled: option.flag(),
  mode: option.oneOf('watch', 'act'),
  rules: RULES_CHECK,
  honeypots: option.listOf(option.text()),
  allow: option.listOf(
    option.text({
      expects: 'an address, a network such as 10.0.0.0/8, or user:name',
      accepts: text => /^user:./.test(text) || NETWORK.read(text) !== undefined,
    }),
  ),
  blockLists: BLOCK_LISTS_CHECK,
  principalsMax: option.integer({ min: 1_024, max: 4_000_000 }),
  secret: SECRET,
})

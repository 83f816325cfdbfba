import { headerBytes } from '../http/index.ts'
import type { TargetName } from './parse/index.ts'

/**
 * The `Warning` header for embeds that were named by their relation although they have an alias; undefined without any.
 * PostgREST: references/configuration, "url-use-legacy-target-names". The form is that of RFC 7234, section 5.5.
 */
export function warningOf(names: readonly TargetName[]): string | undefined {
  if (names.length === 0) return undefined
  const changes = names.map(({ target, alias }) => `\`${target}\` to \`${alias}\``).join(', ')
  const text =
    'An embed with an alias was addressed by the name of its relation, which is deprecated. ' +
    `Change ${changes} in filters, orders and limits.`
  return `299 S-Tier "${quotable(text)}"`
}

/** Names come from the URL: what ends a quoted string is escaped, what no header may hold becomes a space. */
function quotable(text: string): string {
  const escaped = text.replaceAll(/["\\]/g, String.raw`\$&`)
  return headerBytes(escaped.replaceAll(/\p{Cc}/gu, ' '))
}

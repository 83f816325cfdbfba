/** Who changed something: what a transaction says of itself in the log. */
export interface Writer {
  readonly role: string | undefined
  readonly claims: string | undefined
  readonly requestId: string | undefined
  readonly trace: string | undefined
}

/**
 * A transaction says who it is before its changes, with
 * `select pg_logical_emit_message(true, 's_tier.writer', '{"role":…,"claims":…,"requestId":…,"trace":…}')`.
 */
export const WRITER_PREFIX = 's_tier.writer'

export const NOBODY: Writer = Object.freeze({
  role: undefined,
  claims: undefined,
  requestId: undefined,
  trace: undefined,
})

/** Any role can write such messages: what cannot be read is nobody, and never an error. */
export function parseWriter(content: string): Writer {
  let told: unknown
  try {
    told = JSON.parse(content)
  } catch {
    return NOBODY
  }
  if (typeof told !== 'object' || told === null) return NOBODY
  const field = (name: keyof Writer): string | undefined => {
    const value: unknown = (told as Readonly<Record<string, unknown>>)[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    role: field('role'),
    claims: field('claims'),
    requestId: field('requestId'),
    trace: field('trace'),
  }
}

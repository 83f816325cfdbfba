/** Milliseconds of `max-staleness=`: whole seconds, `5` or `5s`, or `500ms`; undefined when it is neither. */
export function parseStaleness(text: string): number | undefined {
  const [, digits, unit] = /^([0-9]{1,12})(ms|s)?$/.exec(text) ?? []
  if (digits === undefined) return undefined
  return Number(digits) * (unit === 'ms' ? 1 : 1_000)
}

/** Milliseconds of `wait=`, which is whole seconds (RFC 7240, section 4.3). Who waits for no time gets no answer: 0 is none. */
export function parseWait(text: string): number | undefined {
  return /^[0-9]{1,12}$/.test(text) && Number(text) > 0 ? Number(text) * 1_000 : undefined
}

/** The shortest way to write it: seconds where they are whole. */
export function shownTime(ms: number): string {
  return ms % 1_000 === 0 ? String(ms / 1_000) : `${ms}ms`
}

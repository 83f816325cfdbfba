let second = Number.NaN
let text = ''

/** A time, in milliseconds since 1970, as HTTP writes it (RFC 9110, section 5.6.7). Made anew once a second. */
export function dateText(epochMs: number): string {
  if (!(epochMs >= second && epochMs < second + 1_000)) {
    second = Math.floor(epochMs / 1_000) * 1_000
    text = new Date(second).toUTCString()
  }
  return text
}

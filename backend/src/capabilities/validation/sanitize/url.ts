/** Schemes that a link of a user may have. */
const ALLOWED: ReadonlySet<string> = new Set(['http:', 'https:', 'mailto:'])

/** With a scheme, or with a host behind two slashes of either kind. */
const ABSOLUTE = /^[a-z][a-z\d+.-]*:|^[/\\]{2}/i
const CONTROLS = /\p{Cc}/u
const EVERY_CONTROL = /\p{Cc}/gu

/**
 * A URL that may be followed: of the web or of mail, without name and password and without control characters. Empty where
 * nothing such is left. A harmless one, and a text that is no URL, come back as they were.
 */
export function sanitizeUrl(text: string): string {
  const clean = (CONTROLS.test(text) ? text.replaceAll(EVERY_CONTROL, '') : text).trim()
  if (!ABSOLUTE.test(clean))
    return clean.length === text.length || CONTROLS.test(text) ? clean : text
  const url = parse(clean)
  if (url === undefined || !ALLOWED.has(url.protocol)) return ''
  if (url.username === '' && url.password === '' && !clean.includes('\\')) return clean
  url.username = ''
  url.password = ''
  return clean.startsWith('//') ? url.href.slice(url.protocol.length) : url.href
}

function parse(text: string): URL | undefined {
  const base = /^[/\\]{2}/.test(text) ? 'https://example.invalid' : undefined
  return URL.canParse(text, base) ? new URL(text, base) : undefined
}

/** The Cookie header (RFC 6265, section 4.2.1) as the JSON object for `request.cookies`; of equal names the last. */
export function cookiesJson(header: string | undefined): string {
  if (header === undefined || header === '') return '{}'
  const cookies = new Map<string, string>()
  for (const part of header.split(';')) {
    const equals = part.indexOf('=')
    const name = (equals < 0 ? part : part.slice(0, equals)).trim()
    if (name !== '') cookies.set(name, equals < 0 ? '' : part.slice(equals + 1).trim())
  }
  return JSON.stringify(Object.fromEntries(cookies))
}

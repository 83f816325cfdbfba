import { isIP } from 'node:net'
import { option } from '../../base/index.ts'
import type { OrderedBan } from '../../capabilities/security/index.ts'
import { BanOrderError } from './errors.ts'

const YEAR_MS = 365 * 86_400_000
const CHECKS = Object.freeze({
  ip: option.text({
    expects: 'an address, or a network such as 203.0.113.0/24 from /8 on (IPv6: /16)',
    accepts: isAddressOrNetwork,
  }),
  user: option.text(),
  forMs: option.duration({ min: 1_000, max: YEAR_MS }),
  reason: option.text(),
})

/** Whoever mistypes a length must not refuse the world. */
function isAddressOrNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/')
  const family = isIP(address)
  if (family === 0 || rest.length > 0) return false
  if (bits === undefined) return true
  const [min, max] = family === 4 ? [8, 32] : [16, 128]
  return /^\d{1,3}$/.test(bits) && Number(bits) >= min && Number(bits) <= max
}

/** What was sent as what a person wants to be refused. Throws ST436. */
export function readBanOrder(body: unknown): OrderedBan {
  const given = objectOf(body)
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(CHECKS, name)) {
      throw new BanOrderError(`A ban has no '${name}'`, `It has ${Object.keys(CHECKS).join(', ')}.`)
    }
  }
  const [ip, user] = [read(given, 'ip'), read(given, 'user')]
  const [forMs, reason] = [read(given, 'forMs'), read(given, 'reason')]
  if (ip === undefined) throw new BanOrderError('Who is to be refused?', 'Name an address: ip.')
  if (forMs === undefined) throw new BanOrderError('For how long?', 'Say forMs: "1h".')
  const order = { ip, forMs, reason: reason ?? 'by hand' }
  return user === undefined ? order : { ...order, user }
}

function objectOf(body: unknown): Readonly<Record<string, unknown>> {
  const text = Buffer.isBuffer(body) ? body.toString('utf8') : body
  try {
    const value: unknown = typeof text === 'string' ? JSON.parse(text) : text
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as Record<string, unknown>
    }
  } catch {
    // Told below.
  }
  throw new BanOrderError(
    'This is no ban',
    'Send {"ip": "203.0.113.7", "forMs": "1h", "reason": "…"}.',
  )
}

function read<Name extends keyof typeof CHECKS>(
  given: Readonly<Record<string, unknown>>,
  name: Name,
): ReturnType<(typeof CHECKS)[Name]['read']> {
  const value = given[name]
  const check: option.Check<unknown> = CHECKS[name]
  type Read = ReturnType<(typeof CHECKS)[Name]['read']>
  if (value === undefined) return undefined as Read
  const found = check.read(value)
  if (found === undefined) throw new BanOrderError(`${name} must be ${check.expects}`, 'Mend it.')
  return found as Read
}

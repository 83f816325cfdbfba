import { networkOf } from '../../../base/index.ts'

/** IPv4 as a number from 0 on. Undefined: it is none. */
export function numberOfIPv4(text: string): number | undefined {
  let number = 0
  let octet = -1
  let dots = 0
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === DOT) {
      if (octet < 0 || ++dots > 3) return undefined
      number = number * 256 + octet
      octet = -1
      continue
    }
    const digit = code - ZERO
    if (digit < 0 || digit > 9 || octet === 0) return undefined // Some read 010 as octal.
    octet = Math.max(octet, 0) * 10 + digit
    if (octet > 255) return undefined
  }
  return dots === 3 && octet >= 0 ? number * 256 + octet : undefined
}

const DOT = 46
const ZERO = 48

/** The first 64 bits of an address of IPv6, or of a network as `networkOf` writes it. Undefined: it is none. */
export function first64Of(text: string): bigint | undefined {
  const network = text.endsWith(NETWORK_END) ? text : networkOf(text)
  if (network?.endsWith(NETWORK_END) !== true) return undefined
  let number = 0n
  for (const group of network.slice(0, -NETWORK_END.length).split(':')) {
    number = (number << 16n) | BigInt(Number.parseInt(group, 16))
  }
  return number
}

const NETWORK_END = '::/64'

import { BlockList, isIP } from 'node:net'

const CLOSED_4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const

/** Within 2000::/3, outside of which nothing is public: Teredo and its neighbours, documentation, 6to4. */
const CLOSED_6 = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const

const closed = new BlockList()
for (const [address, bits] of CLOSED_4) closed.addSubnet(address, bits, 'ipv4')
for (const [address, bits] of CLOSED_6) closed.addSubnet(address, bits, 'ipv6')
const open6 = new BlockList()
open6.addSubnet('2000::', 3, 'ipv6')

/** Whether an address is one of the Internet's, rather than of this machine, of a network behind it, or of no one (RFC 6890). */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closed.check(address, 'ipv4')
    case 6:
      return open6.check(address, 'ipv6') && !closed.check(address, 'ipv6')
    default:
      return false
  }
}

/** Of nobody or of everybody: unspecified, link-local (where clouds keep their secrets), multicast, reserved. */
const nobodys = new BlockList()
for (const [address, bits] of [
  ['0.0.0.0', 8],
  ['169.254.0.0', 16],
  ['224.0.0.0', 3],
] as const) {
  nobodys.addSubnet(address, bits, 'ipv4')
}
for (const [address, bits] of [
  ['::', 128],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const) {
  nobodys.addSubnet(address, bits, 'ipv6')
}

/** Whether a server may have it: of the Internet, of this machine, or of a network behind it. */
export function isSomebodysAddress(address: string): boolean {
  const family = isIP(address)
  return family !== 0 && !nobodys.check(address, family === 4 ? 'ipv4' : 'ipv6')
}

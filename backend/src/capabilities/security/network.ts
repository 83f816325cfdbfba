import { createSecondChanceCache, networkOf } from '../../base/index.ts'

const REMEMBERED_MAX = 10_000

/** Addresses in the form that they count in (`networkOf`). What is written as a network stays so, and so does what is no address. */
export function createNetworks(): (ip: string) => string {
  const known = createSecondChanceCache<string>(REMEMBERED_MAX)
  return ip => {
    if (!ip.includes(':') || ip.endsWith('/64')) return ip
    const remembered = known.get(ip)
    if (remembered !== undefined) return remembered
    const network = networkOf(ip) ?? ip
    known.set(ip, network)
    return network
  }
}

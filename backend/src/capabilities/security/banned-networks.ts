import type { Measure } from './types.ts'

/**
 * Addresses and networks that are refused as a whole, as CIDR, for what stands in front: fail2ban, CrowdSec, nftables. Without those of
 * one user at an address, whom a packet filter cannot tell apart; and without those who merely may not log in, unless asked for:
 * who is in there stays in.
 */
export function bannedNetworks(
  measures: readonly Measure[],
  { withLogin = false }: { readonly withLogin?: boolean } = {},
): readonly string[] {
  const networks = measures
    .filter(({ kind, principal, scope }) => {
      const isOfAll = principal.ip !== undefined && principal.user === undefined
      return kind === 'ban' && isOfAll && (scope === 'all' || withLogin)
    })
    .map(({ principal: { ip = '' } }) => cidrOf(ip))
  return [...new Set(networks)].sort()
}

function cidrOf(ip: string): string {
  if (ip.includes('/')) return ip
  return ip.includes(':') ? `${ip}/128` : `${ip}/32`
}

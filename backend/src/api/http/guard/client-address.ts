import type { IncomingHttpHeaders } from 'node:http'
import { createSecondChanceCache, networkMatcher, networkOf } from '../../../base/index.ts'
import type { HttpRules } from '../options.ts'
import { UNIX_SOCKET } from './unix-socket.ts'

/** Whom proxies are believed of whom they speak for. */
export type ProxyRules = Pick<HttpRules, 'trustedProxies' | 'forwardedHeader'>

/** The client of a request, as `networkOf` writes it. */
export type ClientAddress = (request: Connected) => string

/** What a request says of where it comes from. */
interface Connected {
  readonly headers: IncomingHttpHeaders
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** Peers and networks that are remembered in their written form. */
const REMEMBERED_MAX = 10_000
/** More proxies than any request passes; what stands before them is not read. */
const HOPS_MAX = 20

/**
 * Who is at the other end, past the proxies that are trusted: what they append is read from its end, up to the first address that is
 * none of theirs. What stands before that may have been written by the client itself. One header is believed and no other: a
 * proxy passes on those that it does not know as they came.
 */
export function createClientAddress({
  trustedProxies,
  forwardedHeader,
}: ProxyRules): ClientAddress {
  const isTrustedNetwork = networkMatcher(trustedProxies.filter(text => text !== UNIX_SOCKET))
  const isSocketTrusted = trustedProxies.includes(UNIX_SOCKET)
  const networks = createSecondChanceCache<string>(REMEMBERED_MAX)
  const trust = createSecondChanceCache<boolean>(REMEMBERED_MAX)

  function isTrusted(address: string): boolean {
    const known = trust.get(address)
    if (known !== undefined) return known
    const found = isTrustedNetwork(address)
    trust.set(address, found)
    return found
  }

  function written(address: string): string {
    const known = networks.get(address)
    if (known !== undefined) return known
    const network = networkOf(address) ?? UNIX_SOCKET
    networks.set(address, network)
    return network
  }

  function beyond(peer: string, headers: IncomingHttpHeaders): string {
    let client = peer
    for (const hop of hopsOf(headers[forwardedHeader], forwardedHeader)) {
      if (networkOf(hop) === undefined) break // `unknown`, or an alias: the proxy keeps it to itself.
      client = hop
      if (!isTrusted(hop)) break
    }
    return client
  }

  if (trustedProxies.length === 0) return ({ socket }) => written(socket.remoteAddress ?? '')
  return ({ headers, socket }) => {
    const peer = socket.remoteAddress
    const isProxy = peer === undefined ? isSocketTrusted : isTrusted(peer)
    return written(isProxy ? beyond(peer ?? '', headers) : (peer ?? ''))
  }
}

/** From the nearest hop on. */
function hopsOf(
  header: string | string[] | undefined,
  name: ProxyRules['forwardedHeader'],
): string[] {
  if (header === undefined) return []
  const text = typeof header === 'string' ? header : header.join(',')
  const hops = text.split(',').slice(-HOPS_MAX).reverse()
  return hops.map(name === 'forwarded' ? forOf : hop => withoutPort(hop.trim()))
}

/** RFC 7239, section 6: `for="[2001:db8::1]:4711"`. */
function forOf(element: string): string {
  const [, quoted, token] = /(?:^|;)\s*for=(?:"([^"]*)"|([^\s;]*))/i.exec(element.trim()) ?? []
  return withoutPort(quoted ?? token ?? '')
}

function withoutPort(text: string): string {
  const [, bracketed] = /^\[([^\]]*)\](?::\d+)?$/.exec(text) ?? []
  if (bracketed !== undefined) return bracketed
  const [, address] = /^([\d.]+):\d+$/.exec(text) ?? []
  return address ?? text
}

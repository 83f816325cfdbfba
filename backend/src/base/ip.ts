const GROUPS = 8
const GROUP_BITS = 16
const NETWORK_GROUPS = 4
/** In this group, behind five of zeros, an IPv4 address stands in IPv6. RFC 4291, section 2.5.5.2. */
const MAPPED = 0xffff
const MAPPED_BITS = 96

/**
 * An address in the one form that it is compared in: IPv4 as it is (also where it comes as `::ffff:192.0.2.1`), IPv6 as the network
 * of its client, the first 64 bits: one subscriber has at least so many addresses (RFC 6177), and may change them at will. Undefined: the
 * text is no address.
 */
export function networkOf(text: string): string | undefined {
  const groups = groupsOf(text)
  if (groups === undefined) return undefined
  if (isMapped(groups)) return dotted(groups)
  const network = groups.slice(0, NETWORK_GROUPS).map(group => group.toString(16))
  return `${network.join(':')}::/64`
}

/** Whether the text is an address, or a network such as `10.0.0.0/8`. */
export function isNetwork(text: string): boolean {
  return readNetwork(text) !== undefined
}

/** Whether an address, or the beginning of a network, lies in one of these networks, each as `isNetwork` takes it. */
export function networkMatcher(networks: readonly string[]): (address: string) => boolean {
  const read = networks.map(readNetwork).filter(network => network !== undefined)
  return text => {
    const [address = ''] = text.split('/', 1)
    const groups = groupsOf(address)
    return groups !== undefined && read.some(network => isWithin(groups, network))
  }
}

interface Network {
  readonly groups: readonly number[]
  /** Those that count, from the first; of 128. */
  readonly bits: number
}

function readNetwork(text: string): Network | undefined {
  const [address = '', bits, ...rest] = text.split('/')
  const groups = groupsOf(address)
  if (groups === undefined || rest.length > 0) return undefined
  const before = address.includes(':') ? 0 : MAPPED_BITS
  if (bits === undefined) return { groups, bits: GROUPS * GROUP_BITS }
  if (!/^\d{1,3}$/.test(bits) || before + Number(bits) > GROUPS * GROUP_BITS) return undefined
  return { groups, bits: before + Number(bits) }
}

function isWithin(groups: readonly number[], network: Network): boolean {
  return network.groups.every((group, index) => {
    const bits = Math.min(GROUP_BITS, Math.max(0, network.bits - index * GROUP_BITS))
    const ignored = GROUP_BITS - bits
    return group >> ignored === (groups[index] ?? 0) >> ignored
  })
}

/** The eight groups of an address, without its zone; of IPv4 those of the IPv6 address that it stands in. */
function groupsOf(text: string): readonly number[] | undefined {
  if (!text.includes(':')) {
    const end = groupsOfIPv4(text)
    return end && [0, 0, 0, 0, 0, MAPPED, ...end]
  }
  const [, address = ''] = ZONED.exec(text) ?? []
  const [before = '', after, ...rest] = address.split('::')
  const left = partsOf(before, after === undefined)
  if (left === undefined || rest.length > 0) return undefined
  if (after === undefined) return left.length === GROUPS ? left : undefined
  const right = partsOf(after, true)
  if (right === undefined || left.length + right.length >= GROUPS) return undefined
  return [...left, ...Array<number>(GROUPS - left.length - right.length).fill(0), ...right]
}

/** RFC 4291, section 2.2: an IPv4 address at the end stands for two groups. */
function partsOf(text: string, isEnd: boolean): readonly number[] | undefined {
  if (text === '') return []
  const parts = text.split(':')
  const last = isEnd ? groupsOfIPv4(parts.at(-1) ?? '') : undefined
  const plain = last === undefined ? parts : parts.slice(0, -1)
  if (!plain.every(part => GROUP.test(part))) return undefined
  return [...plain.map(part => Number.parseInt(part, 16)), ...(last ?? [])]
}

const GROUP = /^[\da-f]{1,4}$/i
const ZONED = /^([^%]+)(?:%[\w.:-]+)?$/

function groupsOfIPv4(text: string): readonly number[] | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every(part => OCTET.test(part))) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = parts.map(Number)
  return [a * 256 + b, c * 256 + d]
}

/** Without leading zeros, which some read as octal. */
const OCTET = /^(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)$/

function isMapped(groups: readonly number[]): boolean {
  return groups[5] === MAPPED && groups.slice(0, 5).every(group => group === 0)
}

function dotted(groups: readonly number[]): string {
  const [high = 0, low = 0] = groups.slice(GROUPS - 2)
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

import { StringDecoder } from 'node:string_decoder'
import { first64Of, numberOfIPv4 } from './address-number.ts'
import { NetworkTable } from './network-table.ts'

/** What a list was read as. */
export interface ReadList {
  readonly table: NetworkTable
  /** Lines that are no network, or too wide a one. */
  readonly refused: number
  /** The first of them, from 1 on. */
  readonly refusedLines: readonly number[]
}

/** All lists together may have so many. */
export const NETWORKS_MAX = 1_000_000
const BYTES_MAX = 64 * 1_048_576
const LINE_LENGTH_MAX = 1_000
const REFUSED_TOLD = 10
/** Wider networks are a mistake: the same that nobody can refuse by hand. */
const BITS_MIN_4 = 8
const BITS_MIN_6 = 16

/** Takes a list in as it comes, piece by piece: requests are answered between them. Rejects where it is too large. */
export async function readList(pieces: AsyncIterable<Buffer>): Promise<ReadList> {
  const reading = new Reading()
  const decoder = new StringDecoder('utf8')
  let bytes = 0
  let rest = ''
  for await (const piece of pieces) {
    bytes += piece.length
    if (bytes > BYTES_MAX) throw new Error(`it has more than ${BYTES_MAX} bytes`)
    const lines = (rest + decoder.write(piece)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_LENGTH_MAX) throw new Error('it is no list: a line has no end')
    for (const line of lines) reading.line(line)
  }
  if (rest !== '') reading.line(rest)
  return reading.result()
}

class Reading {
  readonly #ranges4 = { starts: new Uint32Array(1_024), ends: new Uint32Array(1_024), size: 0 }
  readonly #ranges6 = { starts: new BigUint64Array(64), ends: new BigUint64Array(64), size: 0 }
  readonly #refusedLines: number[] = []
  #refused = 0
  #line = 0

  line(text: string): void {
    this.#line++
    const comment = text.search(COMMENT)
    const network = (comment === -1 ? text : text.slice(0, comment)).trim()
    if (network === '' || this.#put(network)) return
    this.#refused++
    if (this.#refusedLines.length < REFUSED_TOLD) this.#refusedLines.push(this.#line)
  }

  result(): ReadList {
    const [four, six] = [this.#ranges4, this.#ranges6]
    const table = new NetworkTable(
      ...([four.starts.slice(0, four.size), four.ends.slice(0, four.size)] as const),
      ...([six.starts.slice(0, six.size), six.ends.slice(0, six.size)] as const),
    )
    return { table, refused: this.#refused, refusedLines: this.#refusedLines }
  }

  #put(network: string): boolean {
    const slash = network.indexOf('/')
    const address = slash === -1 ? network : network.slice(0, slash)
    const bits = slash === -1 ? undefined : network.slice(slash + 1)
    if (bits !== undefined && !/^\d{1,3}$/.test(bits)) return false
    if (this.#ranges4.size + this.#ranges6.size >= NETWORKS_MAX) {
      throw new Error(`it has more than ${NETWORKS_MAX} networks`)
    }
    return address.includes(':')
      ? this.#put6(address, bits === undefined ? 128 : Number(bits))
      : this.#put4(address, bits === undefined ? 32 : Number(bits))
  }

  #put4(address: string, bits: number): boolean {
    const number = numberOfIPv4(address)
    if (number === undefined || bits < BITS_MIN_4 || bits > 32) return false
    const size = 2 ** (32 - bits)
    const start = number - (number % size)
    const ranges = this.#ranges4
    if (ranges.size === ranges.starts.length) {
      ranges.starts = grown(ranges.starts, new Uint32Array(2 * ranges.size))
      ranges.ends = grown(ranges.ends, new Uint32Array(2 * ranges.size))
    }
    ranges.starts[ranges.size] = start
    ranges.ends[ranges.size++] = start + size - 1
    return true
  }

  /** What is narrower than a client's 64 bits is that client. */
  #put6(address: string, bits: number): boolean {
    const number = first64Of(address)
    if (number === undefined || bits < BITS_MIN_6 || bits > 128) return false
    const size = 1n << BigInt(Math.max(0, 64 - bits))
    const start = number - (number % size)
    const ranges = this.#ranges6
    if (ranges.size === ranges.starts.length) {
      ranges.starts = grown(ranges.starts, new BigUint64Array(2 * ranges.size))
      ranges.ends = grown(ranges.ends, new BigUint64Array(2 * ranges.size))
    }
    ranges.starts[ranges.size] = start
    ranges.ends[ranges.size++] = start + size - 1n
    return true
  }
}

/** As the lists of FireHOL and of Spamhaus have them. */
const COMMENT = /[#;]/

function grown<Numbers extends { set(from: Numbers): void }>(from: Numbers, to: Numbers): Numbers {
  to.set(from)
  return to
}

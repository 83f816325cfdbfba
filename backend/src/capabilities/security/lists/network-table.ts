/** Networks of one list: those of IPv4 by address, those of IPv6 by the first 64 bits, which are one client. */
export class NetworkTable {
  /** How many were put in. */
  readonly networks: number
  readonly #starts4: Uint32Array
  readonly #ends4: Uint32Array
  readonly #starts6: BigUint64Array
  readonly #ends6: BigUint64Array

  /** The ranges may be in any order, and may overlap. Takes the arrays over. */
  constructor(
    starts4: Uint32Array,
    ends4: Uint32Array,
    starts6: BigUint64Array,
    ends6: BigUint64Array,
  ) {
    this.networks = starts4.length + starts6.length
    const apart4 = merge(starts4, ends4)
    this.#starts4 = starts4.slice(0, apart4)
    this.#ends4 = ends4.slice(0, apart4)
    const apart6 = merge(starts6, ends6)
    this.#starts6 = starts6.slice(0, apart6)
    this.#ends6 = ends6.slice(0, apart6)
  }

  get bytes(): number {
    return 2 * (this.#starts4.byteLength + this.#starts6.byteLength)
  }

  equals(other: NetworkTable): boolean {
    return (
      this.networks === other.networks &&
      isSame(this.#starts4, other.#starts4) &&
      isSame(this.#ends4, other.#ends4) &&
      isSame(this.#starts6, other.#starts6) &&
      isSame(this.#ends6, other.#ends6)
    )
  }

  hasIPv4(address: number): boolean {
    return isCovered(this.#starts4, this.#ends4, address)
  }

  hasIPv6(first64: bigint): boolean {
    return isCovered(this.#starts6, this.#ends6, first64)
  }
}

interface Numbers<One extends number | bigint> {
  readonly length: number
  [index: number]: One
  sort(): unknown
}

/**
 * Starts and ends sorted each for itself: a range of the union begins where none is open, and ends where the last one is closed. Both
 * arrays begin with the union then; answers how many ranges that has.
 */
function merge<One extends number | bigint>(starts: Numbers<One>, ends: Numbers<One>): number {
  starts.sort()
  ends.sort()
  let open = 0
  let closed = 0
  let apart = 0
  for (let next = 0; next < starts.length; ) {
    const start = starts[next] as One
    while (closed < ends.length && (ends[closed] as One) < start) {
      closed++
      open--
      if (open === 0) ends[apart++] = ends[closed - 1] as One
    }
    if (open === 0) starts[apart] = start
    open++
    next++
  }
  if (open > 0) ends[apart++] = ends[ends.length - 1] as One
  return apart
}

function isSame(one: ArrayBufferView, other: ArrayBufferView): boolean {
  return Buffer.compare(bytesOf(one), bytesOf(other)) === 0
}

function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength)
}

function isCovered<One extends number | bigint>(
  starts: Numbers<One>,
  ends: Numbers<One>,
  one: One,
): boolean {
  let low = 0
  let high = starts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((starts[middle] as One) <= one) low = middle + 1
    else high = middle
  }
  return low > 0 && (ends[low - 1] as One) >= one
}

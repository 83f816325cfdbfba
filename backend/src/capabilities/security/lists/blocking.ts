import {
  type Clock,
  createSecondChanceCache,
  type Observer,
  type SecondChanceCache,
} from '../../../base/index.ts'
import { isPublicAddress } from '../alerts/addresses.ts'
import type { SecurityMonitorEvent } from '../events.ts'
import type { BlockListReport } from '../report.ts'
import type { Measure } from '../types.ts'
import { first64Of, numberOfIPv4 } from './address-number.ts'
import { KeptList } from './kept-list.ts'
import type { BlockLists } from './options.ts'

export interface BlockingSetup {
  readonly lists: BlockLists
  readonly node: string
  /** Nobody on it is ever refused. */
  readonly isAllowed: (ip: string) => boolean
  readonly clock: Clock
  readonly observe: Observer<SecurityMonitorEvent>
}

const ADDRESSES_KNOWN_MAX = 10_000

/** What is not on any list. */
const NONE = Symbol('none')

/** Refuses addresses that are on lists of others. The last good version of a list holds until there is a better one. */
export class Blocking {
  /** Nothing was read yet, or there are no lists. */
  isEmpty = true
  readonly #setup: BlockingSetup
  #lists: readonly KeptList[]
  readonly #known: SecondChanceCache<Measure | typeof NONE>
  #isStarted = false
  #isStopped = false

  constructor(setup: BlockingSetup) {
    this.#setup = setup
    this.#lists = this.#of(setup.lists)
    this.#known = createSecondChanceCache(ADDRESSES_KNOWN_MAX)
  }

  /** Files have been read when it resolves. Never rejects. */
  async start(): Promise<void> {
    this.#isStarted = true
    const reading = this.#lists.map(list => ({ isFile: list.isFile, done: list.read() }))
    const files = reading.filter(({ isFile }) => isFile)
    await Promise.all(files.map(({ done }) => done))
  }

  /** Takes over other lists. One with a name that there was keeps what it has until it was read. */
  follow(lists: BlockLists): void {
    const before = this.#lists
    const known = new Map(before.map(list => [list.name, list]))
    this.#lists = this.#of(lists, known)
    for (const list of before) if (!this.#lists.includes(list)) list.stop()
    this.forget()
    for (const list of this.#lists) {
      const given = lists[list.name]
      const isOther = !known.has(list.name) || (given !== undefined && list.follow(given))
      if (isOther && this.#isStarted && !this.#isStopped) void list.read()
    }
  }

  /** Reads all of them now. */
  refresh(): void {
    if (this.#isStarted && !this.#isStopped) for (const list of this.#lists) list.refresh()
  }

  /** What was found out about addresses holds no longer: those that are allowed are others. */
  forget(): void {
    this.#known.clear()
    this.isEmpty = this.#lists.every(({ table }) => table === undefined)
  }

  stop(): void {
    this.#isStopped = true
    for (const list of this.#lists) list.stop()
  }

  #of(lists: BlockLists, known?: ReadonlyMap<string, KeptList>): readonly KeptList[] {
    const { clock, observe } = this.#setup
    const setup = {
      ...{ clock, observe, onChange: () => this.forget() },
      besides: (one: KeptList) => {
        const others = this.#lists.filter(each => each !== one)
        return others.reduce((sum, { table }) => sum + (table?.networks ?? 0), 0)
      },
    }
    const entries = Object.entries(lists)
    return entries.map(([name, list]) => known?.get(name) ?? new KeptList(name, list, setup))
  }

  /** `ip` as `networkOf` writes it. One search for an address that is new, then a look into a map. */
  banOf(ip: string): Measure | undefined {
    if (this.isEmpty) return undefined
    const known = this.#known.get(ip)
    if (known !== undefined) return known === NONE ? undefined : known
    const found = this.#search(ip)
    this.#known.set(ip, found ?? NONE)
    return found
  }

  report(): readonly BlockListReport[] {
    return this.#lists.map(list => list.report())
  }

  /** Lists have networks that are nobody's, to be refused at a border of the Internet. Behind a proxy those are our own. */
  #search(ip: string): Measure | undefined {
    const [address = ''] = ip.split('/', 1)
    if (!isPublicAddress(address) || this.#setup.isAllowed(ip)) return undefined
    const number = ip.includes(':') ? first64Of(ip) : numberOfIPv4(ip)
    const found = this.#lists.find(({ table }) =>
      typeof number === 'bigint'
        ? table?.hasIPv6(number)
        : number !== undefined && table?.hasIPv4(number),
    )
    return found && this.#measureOf(found, ip)
  }

  #measureOf({ name, loadedAtMs = 0, untilMs }: KeptList, ip: string): Measure {
    return {
      id: `list-${name}`,
      kind: 'ban',
      principal: { kind: 'ip', ip },
      rule: 'block-list',
      reason: `list ${name}`,
      evidence: [],
      scope: 'all',
      sinceMs: loadedAtMs,
      untilMs,
      offence: 1,
      delayMs: 0,
      share: 0,
      node: this.#setup.node,
    }
  }
}

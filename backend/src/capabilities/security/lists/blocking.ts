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
import type { NetworkTable } from './network-table.ts'
import { openList } from './open-list.ts'
import { type BlockList, type BlockLists, REFRESH_MS } from './options.ts'
import { NETWORKS_MAX, readList } from './read-list.ts'

export interface BlockingSetup {
  readonly lists: BlockLists
  readonly node: string
  /** Nobody on it is ever refused. */
  readonly isAllowed: (ip: string) => boolean
  readonly clock: Clock
  readonly observe: Observer<SecurityMonitorEvent>
}

const ADDRESSES_KNOWN_MAX = 10_000
const DEADLINE_MS = 60_000
const RETRY_MS_MAX = 300_000

class Loaded {
  readonly name: string
  readonly list: BlockList
  table: NetworkTable | undefined
  etag: string | undefined
  loadedAtMs: number | undefined
  refused = 0
  lastError: string | undefined
  /** When it is looked at again. */
  untilMs = 0
  cancel: () => void = () => undefined

  constructor(name: string, list: BlockList) {
    this.name = name
    this.list = list
  }
}

/** What is not on any list. */
const NONE = Symbol('none')

/** Refuses addresses that are on lists of others. The last good version of a list holds until there is a better one. */
export class Blocking {
  /** Nothing was read yet, or there are no lists. */
  isEmpty = true
  readonly #setup: BlockingSetup
  readonly #lists: readonly Loaded[]
  readonly #known: SecondChanceCache<Measure | typeof NONE>
  readonly #stop = new AbortController()

  constructor(setup: BlockingSetup) {
    this.#setup = setup
    this.#lists = Object.entries(setup.lists).map(([name, list]) => new Loaded(name, list))
    this.#known = createSecondChanceCache(ADDRESSES_KNOWN_MAX)
  }

  /** Files have been read when it resolves. Never rejects. */
  async start(): Promise<void> {
    const loading = this.#lists.map(loaded => ({ loaded, done: this.#load(loaded) }))
    const files = loading.filter(({ loaded }) => loaded.list.file !== undefined)
    await Promise.all(files.map(({ done }) => done))
  }

  stop(): void {
    this.#stop.abort()
    for (const { cancel } of this.#lists) cancel()
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
    return this.#lists.map(({ name, table, loadedAtMs, refused, lastError }) => ({
      name,
      networks: table?.networks ?? 0,
      bytes: table?.bytes ?? 0,
      loadedAtMs,
      refusedLines: refused,
      lastError,
    }))
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

  #measureOf({ name, loadedAtMs = 0, untilMs }: Loaded, ip: string): Measure {
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

  async #load(loaded: Loaded): Promise<void> {
    const { refreshMs = REFRESH_MS } = loaded.list
    let nextMs = refreshMs
    try {
      await this.#read(loaded)
    } catch (error) {
      nextMs = Math.min(refreshMs, RETRY_MS_MAX)
      this.#failed(loaded, error)
    }
    if (this.#stop.signal.aborted) return
    const { clock } = this.#setup
    loaded.untilMs = clock.epochMs() + nextMs
    this.#known.clear()
    loaded.cancel = clock.after(nextMs, () => void this.#load(loaded))
  }

  async #read(loaded: Loaded): Promise<void> {
    const signal = AbortSignal.any([this.#stop.signal, AbortSignal.timeout(DEADLINE_MS)])
    const open = await openList(loaded.list, loaded.etag, signal)
    if (open === undefined) return this.#isGood(loaded)
    const { table, refused, refusedLines } = await readList(open.pieces)
    const { name, table: before } = loaded
    const others = this.#lists.filter(each => each !== loaded)
    const total = others.reduce((sum, each) => sum + (each.table?.networks ?? 0), table.networks)
    if (total > NETWORKS_MAX) throw new Error(`all lists have more than ${NETWORKS_MAX} networks`)
    const wasFailing = loaded.lastError !== undefined
    const isOther = before?.networks !== table.networks || loaded.refused !== refused
    loaded.table = table
    loaded.etag = open.etag
    loaded.refused = refused
    this.isEmpty = false
    this.#isGood(loaded)
    const { networks } = table
    if (!isOther && !wasFailing) return
    const told = { list: name, networks, refused, refusedLines }
    this.#setup.observe({ kind: 'security.list-read', ...told })
  }

  #isGood(loaded: Loaded): void {
    loaded.lastError = undefined
    loaded.loadedAtMs = this.#setup.clock.epochMs()
  }

  /** Told once, until it can be read again. */
  #failed(loaded: Loaded, error: unknown): void {
    const isNew = loaded.lastError === undefined
    loaded.lastError = error instanceof Error ? error.message : String(error)
    if (!isNew || this.#stop.signal.aborted) return
    const networks = loaded.table?.networks ?? 0
    this.#setup.observe({ kind: 'security.list-failed', list: loaded.name, networks, error })
  }
}

/** Where a row stood at one of its versions. */
export interface Place {
  readonly tenant: number
  readonly shelf: number
}

export type Table = 'item' | 'part'

/** A write that was answered with success. */
interface Acknowledged {
  readonly version: number
  readonly endedMs: number
}

/**
 * One row, as its only writer at any moment knows it: what it was at each version, and which versions are known to have been
 * committed. A write that was not answered may have happened or not; the next one has a greater version all the same.
 */
export class Row {
  readonly table: Table
  readonly id: number
  /** Of a part: the item that it belongs to. */
  readonly item: number | undefined
  /** By version; undefined: it was not there. */
  readonly places: (Place | undefined)[] = [undefined]
  readonly #acknowledged: Acknowledged[] = []
  readonly #acknowledgedAt = new Map<number, Acknowledged[]>()
  /** Versions that were rolled back. */
  readonly undone = new Set<number>()
  /** `over`: nobody will write it again. */
  use: 'free' | 'written' | 'over' = 'free'

  constructor(table: Table, id: number, item?: number) {
    this.table = table
    this.id = id
    this.item = item
  }

  get name(): string {
    return `${this.table} ${this.id}`
  }

  /** The newest that may be in the database. */
  get version(): number {
    return this.places.length - 1
  }

  get place(): Place | undefined {
    return this.places.at(-1)
  }

  /** Begins a write; answers its version. */
  attempt(place: Place | undefined): number {
    return this.places.push(place) - 1
  }

  /** `node`: which S-Tier took it; undefined: it was written past all of them. */
  acknowledge(version: number, endedMs: number, node: number | undefined): void {
    this.#acknowledged.push({ version, endedMs })
    if (node === undefined) return
    const here = this.#acknowledgedAt.get(node) ?? []
    this.#acknowledgedAt.set(node, here)
    here.push({ version, endedMs })
  }

  /** The newest version that somebody knew of by then. */
  acknowledgedBefore(ms: number): number {
    return newestBefore(this.#acknowledged, ms)
  }

  acknowledgedAt(node: number, beforeMs: number): number {
    return newestBefore(this.#acknowledgedAt.get(node) ?? [], beforeMs)
  }
}

/** They are in the order of time: by halves. */
function newestBefore(all: readonly Acknowledged[], ms: number): number {
  let [from, to] = [0, all.length]
  while (from < to) {
    const middle = (from + to) >> 1
    if ((all[middle]?.endedMs ?? Infinity) < ms) from = middle + 1
    else to = middle
  }
  return all[from - 1]?.version ?? 0
}

/** Rows from here on were made on the way; those before are there from the beginning, and stay. */
export const FIRST_MADE = 1_000

/** All rows there are, or were until a while ago. */
export class History {
  readonly #rows: Readonly<Record<Table, Map<number, Row>>> = { item: new Map(), part: new Map() }

  #nextId = FIRST_MADE

  /** A row that is not there yet. */
  make(table: Table, item?: number): Row {
    return this.add(new Row(table, this.#nextId++, item))
  }

  add(row: Row): Row {
    this.#rows[row.table].set(row.id, row)
    return row
  }

  find(table: Table, id: number): Row | undefined {
    return this.#rows[table].get(id)
  }

  rows(table: Table): readonly Row[] {
    return [...this.#rows[table].values()]
  }

  /** A row that nobody ought to see any more. */
  forget(row: Row): void {
    this.#rows[row.table].delete(row.id)
  }
}

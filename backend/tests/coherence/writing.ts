import type { Random } from '../support/random.ts'
import type { Token } from './floors.ts'
import { FIRST_MADE, type Place, type Row } from './history.ts'
import { SHELVES, TENANTS } from './questions.ts'
import { type OutsideQuery, QUIET_ROW } from './rig.ts'
import type { Witness } from './witness.ts'

export interface Written {
  readonly row: Row
  readonly version: number
  /** Undefined: it is not known whether it happened. */
  readonly acknowledgedMs: number | undefined
  readonly token: Token | undefined
}

export interface WritingSetup {
  readonly witness: Witness
  readonly random: Random
  readonly outside: OutsideQuery
}

/** What is deleted is forgotten after so many deletions, so that judging does not become slow. */
const DELETED_MAX = 60

/** Changes rows at random, one writer for each at a time. Ids are never used again. */
export class Writing {
  /** Nobody writes this table for now. */
  paused: 'part' | undefined
  readonly #setup: WritingSetup
  readonly #deleted: Row[] = []

  constructor(setup: WritingSetup) {
    this.#setup = setup
  }

  /** A row that nobody writes, or a new one. It is the caller's until it is written. */
  take(): Row {
    const { random, witness } = this.#setup
    const table = this.paused !== 'part' && random.oneIn(2) ? 'part' : 'item'
    if (random.oneIn(20)) {
      const item = table === 'part' ? 1 + random.below(8) : undefined
      const made = witness.history.make(table, item)
      made.use = 'written'
      return made
    }
    const free = witness.history.rows(table).filter(row => isFree(row))
    const row = random.pick(free)
    row.use = 'written'
    return row
  }

  /** Writes a row through a node, or past all of them, and gives it back. */
  async write(row: Row, node: number | undefined): Promise<Written> {
    const place = this.#nextPlace(row)
    const startedMs = performance.now()
    const isNew = row.version === 0
    const done =
      node === undefined
        ? await this.#writeOutside(row, place)
        : await this.#writeAt(node, row, place)
    const { isDone, version, tokenText } = done
    const acknowledgedMs = isDone ? performance.now() : undefined
    if (acknowledgedMs !== undefined) row.acknowledge(version, acknowledgedMs, node)
    const token = tokenText === undefined ? undefined : { text: tokenText, row, version, startedMs }
    const isOver = place === undefined || (isNew && !isDone)
    if (isOver && isDone) this.#forgetLater(row)
    row.use = isOver ? 'over' : 'free'
    return { row, version, acknowledgedMs, token }
  }

  /** Undefined: it is deleted. Rows of the beginning stay, for others refer to them. */
  #nextPlace(row: Row): Place | undefined {
    const { random } = this.#setup
    const { place, id } = row
    if (place !== undefined && id >= FIRST_MADE && random.oneIn(4)) return undefined
    const dice = random.below(10)
    const tenant = place === undefined || dice === 0 ? random.pick(TENANTS) : place.tenant
    const shelf = place === undefined || dice <= 3 ? random.pick(SHELVES) : place.shelf
    return { tenant, shelf }
  }

  #forgetLater(row: Row): void {
    this.#deleted.push(row)
    const long = this.#deleted.length > DELETED_MAX ? this.#deleted.shift() : undefined
    if (long !== undefined) this.#setup.witness.history.forget(long)
  }

  async #writeAt(node: number, row: Row, place: Place | undefined): Promise<Done> {
    const { witness, random } = this.#setup
    const { epoch } = witness
    const isNew = row.version === 0
    const version = row.attempt(place)
    const body = { version, ...place }
    const prefer = `count=exact,return=${random.oneIn(3) ? 'representation' : 'minimal'}`
    const there = `/${row.table}?id=eq.${row.id}&version=lt.${version}`
    const sent = await (isNew
      ? witness.sendWrite(node, 'POST', `/${row.table}`, prefer, { ...keysOf(row), ...body })
      : place === undefined
        ? witness.sendWrite(node, 'DELETE', there, prefer)
        : witness.sendWrite(node, 'PATCH', there, prefer, body))
    const isDone = sent.status >= 200 && sent.status < 300
    if (!isDone && !witness.isExcused(epoch)) {
      witness.fault(`a write at node ${node} answered ${sent.status}: ${sent.body.slice(0, 300)}`)
    }
    const touched = String(sent.headers['content-range']).split('/')[1]
    if (isDone && touched !== '1') witness.fault(`${row.name} was lost before version ${version}`)
    const token = sent.headers['s-tier-consistency']
    return { isDone, version, tokenText: isDone && typeof token === 'string' ? token : undefined }
  }

  async #writeOutside(row: Row, place: Place | undefined): Promise<Done> {
    const { witness, outside, random } = this.#setup
    const { epoch } = witness
    const texts: string[] = []
    const isNew = row.version === 0
    if (!isNew && random.oneIn(4)) {
      const undone = row.attempt({ tenant: random.pick(TENANTS), shelf: random.pick(SHELVES) })
      row.undone.add(undone)
      texts.push('begin', 'savepoint s', updated(row, undone), 'rollback to s')
    }
    const version = row.attempt(place)
    texts.push(isNew ? inserted(row, version) : updated(row, version))
    if (texts.length > 1) texts.push('commit')
    try {
      await outside(texts)
      return { isDone: true, version, tokenText: undefined }
    } catch (error) {
      if (!witness.isExcused(epoch)) witness.fault(`a write past S-Tier failed: ${String(error)}`)
      return { isDone: false, version, tokenText: undefined }
    }
  }
}

function isFree({ use, table, id }: Row): boolean {
  return use === 'free' && !(table === 'item' && id === QUIET_ROW)
}

interface Done {
  readonly isDone: boolean
  readonly version: number
  readonly tokenText: string | undefined
}

function keysOf({ id, item }: Row): Readonly<Record<string, number>> {
  return item === undefined ? { id } : { id, item_id: item }
}

function updated(row: Row, version: number): string {
  const place = row.places[version]
  const which = `where id = ${row.id} and version < ${version}`
  if (place === undefined) return `delete from ${row.table} ${which}`
  const { tenant, shelf } = place
  return `update ${row.table} set version = ${version}, tenant = ${tenant}, shelf = ${shelf} ${which}`
}

function inserted(row: Row, version: number): string {
  const fields = { ...keysOf(row), ...row.places[version], version }
  return `insert into ${row.table} (${Object.keys(fields).join(', ')}) values (${Object.values(fields).join(', ')})`
}

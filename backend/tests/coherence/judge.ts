import type { History, Place, Row, Table } from './history.ts'

/** A row as an answer shows it. */
export interface Told {
  readonly id: number
  readonly version: number
  readonly tenant: number
  readonly shelf: number
}

/** One list of an answer, and which rows belong in it. */
export interface Part {
  readonly table: Table
  /** Whether the rows may be in it at all, whatever becomes of them. */
  readonly concerns: (row: Row) => boolean
  /** Whether they are in it when they stand there; undefined: at this moment nobody can tell. */
  readonly shows: (place: Place) => boolean | undefined
  /** A number: only counted. */
  readonly told: readonly Told[] | number
  /** So many at most, in the order of their ids. */
  readonly limit?: number | undefined
}

/** The oldest version of a row that an answer may show, and why. */
export interface Floor {
  readonly version: number
  readonly why: string
}
export type FloorOf = (row: Row) => Floor

export interface Verdict {
  /** What is wrong with it, in words. */
  readonly faults: readonly string[]
  /** At least so new each row was. */
  readonly seen: ReadonlyMap<Row, number>
}

/** Whether an answer is one that the database could have given after everything that its reader must see, and before now. */
export function judge(history: History, parts: readonly Part[], floorOf: FloorOf): Verdict {
  const faults: string[] = []
  const seen = new Map<Row, number>()
  for (const part of parts) {
    if (typeof part.told === 'number') judgeCount(history, part, part.told, floorOf, faults)
    else judgeList(history, part, part.told, { floorOf, faults, seen })
  }
  return { faults, seen }
}

interface Bench {
  readonly floorOf: FloorOf
  readonly faults: string[]
  readonly seen: Map<Row, number>
}

function judgeList(history: History, part: Part, told: readonly Told[], bench: Bench): void {
  const present = new Set<Row>()
  for (const one of told) {
    const row = history.find(part.table, one.id)
    if (row === undefined) bench.faults.push(`${part.table} ${one.id} was deleted long ago`)
    else if (present.has(row)) bench.faults.push(`${row.name} is there twice`)
    else {
      present.add(row)
      judgeTold(row, one, part, bench)
    }
  }
  const last = told.length === part.limit ? (told.at(-1)?.id ?? 0) : Infinity
  for (const row of history.rows(part.table)) {
    if (!present.has(row) && row.id < last && part.concerns(row)) judgeMissing(row, part, bench)
  }
}

function judgeTold(row: Row, told: Told, part: Part, { floorOf, faults, seen }: Bench): void {
  const floor = floorOf(row)
  const { version } = told
  const place = row.places[version]
  const says = `${row.name} at version ${version}`
  seen.set(row, version)
  if (place === undefined || row.undone.has(version)) faults.push(`${says}, which never was`)
  else if (place.tenant !== told.tenant || place.shelf !== told.shelf) {
    faults.push(`${says} stands elsewhere: ${JSON.stringify([place, told])}`)
  } else if (part.shows(place) === false || !part.concerns(row)) {
    faults.push(`${says}, which its reader may not see: ${JSON.stringify(place)}`)
  }
  if (version < floor.version) faults.push(`${says}, but ${floor.version} ${floor.why}`)
}

function judgeMissing(row: Row, part: Part, { floorOf, faults, seen }: Bench): void {
  const floor = floorOf(row)
  const version = hiddenFrom(row, part, floor.version)
  if (version === undefined) {
    faults.push(
      `${row.name} is missing, but is there since version ${floor.version}, which ${floor.why}`,
    )
  } else seen.set(row, version)
}

/** The first version from there on at which the row is not in the list. */
function hiddenFrom(row: Row, part: Part, from: number): number | undefined {
  for (let version = from; version <= row.version; version++) {
    if (!row.undone.has(version) && !isCertain(row, part, version)) return version
  }
  return undefined
}

function isCertain(row: Row, part: Part, version: number): boolean {
  const place = row.places[version]
  return place !== undefined && part.shows(place) === true
}

function isPossible(row: Row, part: Part, version: number): boolean {
  const place = row.places[version]
  return place !== undefined && part.shows(place) !== false
}

function judgeCount(
  history: History,
  part: Part,
  told: number,
  floorOf: FloorOf,
  faults: string[],
): void {
  let [least, most] = [0, 0]
  for (const row of history.rows(part.table).filter(part.concerns)) {
    const { version: from } = floorOf(row)
    if (hiddenFrom(row, part, from) === undefined) least++
    if (versionsFrom(row, from).some(version => isPossible(row, part, version))) most++
  }
  if (told < least || told > most) {
    faults.push(`${told} of ${part.table} are counted, which are from ${least} to ${most}`)
  }
}

function versionsFrom(row: Row, from: number): readonly number[] {
  return Array.from({ length: row.version - from + 1 }, (_, index) => from + index).filter(
    version => !row.undone.has(version),
  )
}

import { Agent } from 'node:http'
import { send } from '../support/http-client.ts'
import { cacheMarkOf, type Mark } from './cache-mark.ts'
import { floorsOf, type Memory, remembered, type Token } from './floors.ts'
import { History, type Place, Row, type Table } from './history.ts'
import { type FloorOf, judge, type Part } from './judge.ts'
import type { Question, Shows } from './questions.ts'
import { firstPlace, ITEMS, PARTS, reader, writer } from './rig.ts'

/** A read without an answer by then hangs. */
const ANSWER_MS = 20_000
export interface Reading {
  readonly status: number
  readonly mark: Mark
  readonly sent: Sent
  /** At least so new each row was that has to do with it; undefined: there was no answer. */
  readonly seen: ReadonlyMap<Row, number> | undefined
  readonly faults: readonly string[]
}

export interface Sent {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: string
}

export interface WitnessSetup {
  /** Default: that of rows that nobody has written. */
  readonly history?: History
  readonly addresses: () => readonly string[]
  /** Answers without a token may come from a standby that has less than others. */
  readonly readsReplicas: boolean
}

/** Writes and reads, and judges every answer by what was acknowledged before. */
export class Witness {
  readonly history: History
  /** What was wrong. */
  readonly faults: string[] = []
  /** Answers by where they came from. */
  readonly marks: Record<string, number> = {}
  /** Items on this shelf are hidden from readers, or are just becoming so. */
  hiddenShelf: { readonly shelf: number; readonly is: 'hidden' | 'changing' } | undefined
  readonly #setup: WitnessSetup
  readonly #agent = new Agent({ keepAlive: true })
  readonly #memories = new Map<string, Memory>()
  readonly #asked = new Map<string, { node: number; question: Question }>()
  readonly #outages = new Set<string>()
  #epoch = 0

  constructor(setup: WitnessSetup) {
    this.#setup = setup
    this.history = setup.history ?? firstHistory()
  }

  /** From here to the call of what it answers, requests may fail. */
  excuse(why: string): () => void {
    this.#outages.add(why)
    this.#epoch++
    return () => {
      this.#outages.delete(why)
      this.#epoch++
    }
  }

  /** What is visible is changing from here: what began before may see either. */
  changeShelf(hidden: Witness['hiddenShelf']): void {
    this.hiddenShelf = hidden
    this.#epoch++
  }

  fault(text: string): void {
    this.faults.push(text)
  }

  /** Asks once more, and says whether that is everything that was ever acknowledged. */
  async tellsAll(node: number, question: Question): Promise<boolean> {
    const { sent, status } = await this.read(node, question)
    if (status !== 200 && status !== 206) return false
    const last: FloorOf = row => ({ version: row.acknowledgedBefore(Infinity), why: 'is the last' })
    const { faults } = judge(this.history, this.#partsOf(question, sent, this.#epoch), last)
    return faults.length === 0
  }

  async read(node: number, question: Question, token?: Token): Promise<Reading> {
    const key = `${node} ${question.tenant} ${question.prefer ?? ''} ${question.target}`
    this.#asked.set(key, { node, question })
    const startedMs = performance.now()
    const epoch = this.#epoch
    const before = this.#memories.get(key)
    const sent = await this.send(node, 'GET', question.target, {
      ...reader(question.tenant, this.#asked.size),
      ...(question.prefer !== undefined && { prefer: question.prefer }),
      ...(token && { 's-tier-consistency': token.text }),
    })
    const endedMs = performance.now()
    const mark = cacheMarkOf(sent.headers)
    const isAnswer = sent.status === 200 || sent.status === 206
    const came = isAnswer ? mark.from : 'failed'
    this.marks[came] = (this.marks[came] ?? 0) + 1
    const isExcused = this.#outages.size > 0 || epoch !== this.#epoch
    if (!isAnswer) {
      const faults = isExcused ? [] : [`answered ${sent.status}: ${sent.body.slice(0, 200)}`]
      return this.#told(faults, { node, question, sent, token, mark })
    }
    const { readsReplicas } = this.#setup
    const floorOf = floorsOf({ node, startedMs, before, token, mark, readsReplicas })
    const { faults, seen } = judge(this.history, this.#partsOf(question, sent, epoch), floorOf)
    const all = [...faults]
    if (mark.from === 'stale' && !isExcused) all.push('is stale, though nothing is wrong')
    this.#memories.set(
      key,
      remembered(this.#memories.get(key), { mark, seen, endedMs, readsReplicas }),
    )
    return this.#told(all, { node, question, sent, token, mark, seen })
  }

  /** Sends it; status 0 where there is no answer. */
  async send(
    node: number,
    method: string,
    target: string,
    headers: Readonly<Record<string, string>>,
    body?: unknown,
  ): Promise<Sent> {
    const address = this.#setup.addresses()[node] ?? ''
    const text = body === undefined ? undefined : JSON.stringify(body)
    const json = text === undefined ? {} : { 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(ANSWER_MS)
    const parts = { method, target, headers: { ...headers, ...json }, body: text, signal }
    try {
      return await send(address, parts, this.#agent)
    } catch (error) {
      if (signal.aborted) this.fault(`${method} ${target} at node ${node} hangs`)
      return { status: 0, headers: {}, body: String((error as NodeJS.ErrnoException).code) }
    }
  }

  /** A write of a row at a node, by whoever may write everything. */
  sendWrite(node: number, method: string, target: string, prefer: string, body?: unknown) {
    return this.send(node, method, target, { ...writer(), prefer }, body)
  }

  /** Whether a failure at this moment is to be expected. `since`: the epoch when it began. */
  isExcused(since: number): boolean {
    return this.#outages.size > 0 || since !== this.#epoch
  }

  get epoch(): number {
    return this.#epoch
  }

  /** All that was asked, and where: in the end everybody has to see everything. */
  get asked(): readonly { readonly node: number; readonly question: Question }[] {
    return [...this.#asked.values()]
  }

  close(): void {
    this.#agent.destroy()
  }

  #partsOf(question: Question, { body, headers }: Sent, epoch: number): readonly Part[] {
    const range = headers['content-range']
    const shows: Shows = (table, tenant, place) => this.#shows(table, tenant, place, epoch)
    return question.parts(body, typeof range === 'string' ? range : undefined, shows)
  }

  #shows(table: Table, tenant: number, place: Place, epoch: number): boolean | undefined {
    if (place.tenant !== tenant) return false
    if (table !== 'item') return true
    const hidden = this.hiddenShelf
    if (epoch !== this.#epoch) return undefined
    if (hidden?.shelf !== place.shelf) return true
    return hidden.is === 'hidden' ? false : undefined
  }

  #told(
    faults: readonly string[],
    reading: {
      readonly node: number
      readonly question: Question
      readonly sent: Sent
      readonly token: Token | undefined
      readonly mark: Mark
      readonly seen?: ReadonlyMap<Row, number>
    },
  ): Reading {
    const { node, question, sent, token, mark, seen } = reading
    for (const fault of faults) {
      this.fault(
        `node ${node}, tenant ${question.tenant}, ${question.target}${token ? ' with a token' : ''} [${mark.text}]: ${fault}`,
      )
    }
    return { status: sent.status, mark, sent, seen, faults }
  }
}

/** Of the rows that a rig begins with. */
function firstHistory(): History {
  const history = new History()
  const begin = (row: Row): void => {
    history.add(row).acknowledge(row.attempt(firstPlace(row.id)), 0, undefined)
  }
  for (let id = 1; id <= ITEMS; id++) begin(new Row('item', id))
  for (let id = 1; id <= PARTS; id++) begin(new Row('part', id, 1 + (id % ITEMS)))
  return history
}

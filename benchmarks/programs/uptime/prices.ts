import { ARTICLES, CATEGORIES, REVIEWS_EACH } from './size.ts'
import type { Question } from './words.ts'

/** A caller, who has to see what they have written. */
export interface Session {
  /** Of their last write that was acknowledged. */
  token: string | undefined
  isWriting: boolean
  /** By article: the least price that they have to see. */
  readonly floors: Map<number, number>
}

/** The prices that each article may have: each write gives one that is higher than all before. */
export interface Prices {
  /** The next price of an article that nobody is writing. */
  begin(id: number): number
  /** Undone writes may still be carried out, so their prices may be seen at any time. */
  end(id: number, price: number, isDone: boolean): void
  isWritten(id: number): boolean
  /** What is wrong with an answer to a question; undefined: nothing. */
  judge(question: Question, body: string, floors: ReadonlyMap<number, number>): Wrong | undefined
}

export type Wrong = 'old' | 'wrong'

interface Row {
  readonly id: number
  readonly category_id?: number
  readonly sku?: string
  readonly name: string
  readonly price: number | string
  readonly article_reviews?: readonly unknown[]
}

/** Above all prices that articles begin with. */
const FIRST = 1_000

export function createPrices(): Prices {
  let next = FIRST
  const written = new Set<number>()
  const tried = new Map<number, Set<number>>()
  const uncertain = new Map<number, Set<number>>()

  function faultOf(row: Row, id: number, floor: number): Wrong | undefined {
    const price = Number(row.price)
    const isKnown = price === firstPrice(id) || tried.get(id)?.has(price) === true
    if (row.id !== id || row.name !== `Article ${id}` || !isKnown) return 'wrong'
    if (row.sku !== undefined && row.sku !== `A-${id}`) return 'wrong'
    return price < floor && uncertain.get(id)?.has(price) !== true ? 'old' : undefined
  }

  return {
    begin(id) {
      const price = next++
      written.add(id)
      setOf(tried, id).add(price)
      return price
    },
    end(id, price, isDone) {
      written.delete(id)
      if (!isDone) setOf(uncertain, id).add(price)
    },
    isWritten: id => written.has(id),
    judge(question, body, floors) {
      const rows = rowsOf(body)
      const wanted = new Set(idsOf(question))
      if (rows?.length !== wanted.size) return 'wrong'
      let worst: Wrong | undefined
      for (const row of rows) {
        if (!wanted.delete(row.id)) return 'wrong'
        const isWhole = question.kind !== 'reviewed' || row.article_reviews?.length === REVIEWS_EACH
        const fault = isWhole ? faultOf(row, row.id, floors.get(row.id) ?? 0) : 'wrong'
        if (fault === 'wrong') return fault
        worst ??= fault
      }
      return worst
    },
  }
}

function rowsOf(body: string): readonly Row[] | undefined {
  try {
    const rows: unknown = JSON.parse(body)
    return Array.isArray(rows) ? (rows as Row[]) : undefined
  } catch {
    return undefined
  }
}

function setOf(sets: Map<number, Set<number>>, id: number): Set<number> {
  const known = sets.get(id) ?? new Set()
  sets.set(id, known)
  return known
}

function firstPrice(id: number): number {
  return ((id * 7_919) % 10_000) / 100
}

/** Few enough that all of a category are asked for. */
function idsOf(question: Question): readonly number[] {
  if (question.kind === 'article') return [question.id]
  const first = question.category === 1 ? CATEGORIES : question.category - 1
  return Array.from({ length: ARTICLES / CATEGORIES }, (_, n) => first + n * CATEGORIES)
}

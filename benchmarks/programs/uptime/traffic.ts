import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom, shuffled } from '../../harness/statistics.ts'
import { zipf } from '../../harness/zipf.ts'
import { type Answer, createFront } from './front.ts'
import { createPrices, type Session } from './prices.ts'
import { ARTICLES, CATEGORIES } from './size.ts'
import { createTally, type RequestLog, type Verdict } from './tally.ts'
import { DIALECT, get, patch, type Question, ROUTES, type Words } from './words.ts'

/** The same traffic for all contestants, at the same time. */
export interface UptimeOrder {
  readonly kind: 'uptime'
  readonly contestants: readonly AskedContestant[]
  /** Of what is counted. */
  readonly durationMs: number
  /** Before that. */
  readonly warmUpMs: number
  /** For each. */
  readonly perSecond: number
  readonly patienceMs: number
}

export interface AskedContestant {
  readonly name: string
  readonly ports: readonly number[]
  readonly speaksDialect: boolean
}

const SEED = 20_261_123
/** As `uplift` asks. */
const SKEW = 1.1
const SHARES = { article: 60, articles: 25, reviewed: 10 } as const
const SESSIONS = 32

export async function runTraffic(order: UptimeOrder): Promise<readonly RequestLog[]> {
  return Promise.all(order.contestants.map(contestant => runOne(contestant, order)))
}

/** Requests come when they come, whatever became of those before them. */
async function runOne(contestant: AskedContestant, order: UptimeOrder): Promise<RequestLog> {
  const caller = createCallers(contestant, order.patienceMs)
  const startedAt = performance.now()
  const endsAt = order.warmUpMs + order.durationMs
  for (let turn = 0, at = 0; at < endsAt; at = performance.now() - startedAt) {
    for (; turn <= (at / 1000) * order.perSecond; turn++) caller.next()
    await sleep(2)
  }
  return caller.ended(startedAt + order.warmUpMs)
}

function createCallers(contestant: AskedContestant, patienceMs: number) {
  const front = createFront(contestant.ports, patienceMs)
  const words: Words = contestant.speaksDialect ? DIALECT : ROUTES
  const [prices, tally, next] = [createPrices(), createTally(), createQuestions()]
  const sessions = Array.from(
    { length: SESSIONS },
    (): Session => ({ token: undefined, isWriting: false, floors: new Map() }),
  )
  const underWay = new Set<Promise<void>>()
  let turn = 0

  async function read(session: Session, question: Question): Promise<void> {
    const startedAt = performance.now()
    const floors = new Map(session.floors)
    const headers = session.token === undefined ? {} : { 's-tier-consistency': session.token }
    const answer = await front.ask(get(words.read(question), headers))
    tally.count('read', startedAt, judge(question, answer, floors), answer)
  }

  function judge(question: Question, answer: Answer, floors: Session['floors']): Verdict {
    if (answer.status !== 200) return 'failed'
    const wrong = prices.judge(question, answer.body, floors)
    const status = answer.headers['cache-status']
    const saysStale = typeof status === 'string' && /detail="?stale/.test(status)
    if (wrong === undefined) return saysStale ? 'told stale' : 'right'
    return wrong === 'old' && saysStale ? 'told stale' : wrong
  }

  async function write(session: Session, id: number): Promise<void> {
    const startedAt = performance.now()
    const price = prices.begin(id)
    session.isWriting = true
    const answer = await front.ask(patch(words.write(id), price))
    const isDone = answer.status === 204
    const token = answer.headers['s-tier-consistency']
    if (isDone) {
      session.floors.set(id, price)
      if (typeof token === 'string') session.token = token
    }
    prices.end(id, price, isDone)
    session.isWriting = false
    tally.count('write', startedAt, isDone ? 'right' : 'failed', answer)
  }

  function begin(): Promise<void> {
    const session = sessions[turn++ % SESSIONS] as Session
    const wanted = next(session)
    if (typeof wanted !== 'number') return read(session, wanted)
    const isFree = !session.isWriting && !prices.isWritten(wanted)
    return isFree ? write(session, wanted) : read(session, { kind: 'article', id: wanted })
  }

  return {
    next() {
      const asked = begin().finally(() => underWay.delete(asked))
      underWay.add(asked)
    },
    async ended(countedFrom: number) {
      await Promise.all(underWay)
      front.close()
      return { ...tally.record(countedFrom), name: contestant.name }
    },
  }
}

/** An article to write, or a question; the same ones for all contestants. */
function createQuestions(): (session: Session) => Question | number {
  const random = seededRandom(SEED)
  const article = zipf(shuffled(numbersTo(ARTICLES), random), SKEW, random)
  const category = zipf(shuffled(numbersTo(CATEGORIES), random), SKEW, random)
  return () => {
    const dice = random() * 100
    if (dice < SHARES.article) return { kind: 'article', id: article() }
    const isPlain = dice < SHARES.article + SHARES.articles
    if (isPlain) return { kind: 'articles', category: category() }
    if (dice < SHARES.article + SHARES.articles + SHARES.reviewed) {
      return { kind: 'reviewed', category: category() }
    }
    return article()
  }
}

function numbersTo(last: number): readonly number[] {
  return Array.from({ length: last }, (_, index) => index + 1)
}

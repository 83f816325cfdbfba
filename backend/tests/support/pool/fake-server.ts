import type { Interruption } from '../../../src/capabilities/pool/interruption.ts'
import type { Member } from '../../../src/capabilities/pool/member.ts'

/** A connection that does what a test says. */
export class FakeMember implements Member {
  readonly processId: number
  isLost = false
  isClosed = false
  /** What becomes of the next clean or sign of life. */
  isFit = true
  isTouched = false
  cleanings = 0
  deadline = Number.POSITIVE_INFINITY
  readonly isWatched = false
  readonly #server: FakeServer
  #onLost: (error: Error) => void = () => undefined

  constructor(processId: number, server: FakeServer) {
    this.processId = processId
    this.#server = server
  }

  onLost(callback: (error: Error) => void): void {
    this.#onLost = callback
  }

  begin(deadline: number): void {
    this.deadline = deadline
    this.isTouched = true
  }

  isClean(leavesNoTrace: boolean): boolean {
    return leavesNoTrace || !this.isTouched
  }

  async clean(): Promise<boolean> {
    this.cleanings++
    await this.#server.chores()
    if (this.isFit) this.isTouched = false
    return this.isFit && !this.isLost
  }

  async isAlive(): Promise<boolean> {
    await this.#server.chores()
    return this.isFit && !this.isLost
  }

  interrupt(): Interruption | undefined {
    return undefined
  }

  async end(): Promise<void> {
    this.isClosed = true
  }

  destroy(): void {
    this.isClosed = true
  }

  /** The server hangs up. */
  lose(): void {
    if (this.isLost || this.isClosed) return
    this.isLost = true
    this.isClosed = true
    this.#onLost(new Error('lost'))
  }

  async batch(): Promise<never> {
    throw new Error('a fake runs nothing')
  }

  async query(): Promise<never> {
    throw new Error('a fake runs nothing')
  }
}

interface Opening {
  readonly resolve: (member: Member) => void
  readonly reject: (error: unknown) => void
}

/** Where a test decides when connections open, and whether. */
export class FakeServer {
  readonly members: FakeMember[] = []
  readonly openings: Opening[] = []
  begun = 0
  /** What is done between two callers takes until `finishChores`. */
  isSlow = false
  #chores: (() => void)[] = []
  onBegin: () => void = () => undefined

  readonly open = (): Promise<Member> => {
    this.begun++
    this.onBegin()
    return new Promise((resolve, reject) => {
      this.openings.push({ resolve, reject })
    })
  }

  chores(): Promise<void> {
    if (!this.isSlow) return Promise.resolve()
    return new Promise(done => {
      this.#chores.push(done)
    })
  }

  finishChores(): void {
    for (const done of this.#chores.splice(0)) done()
  }

  /** Open and not closed yet. */
  get alive(): readonly FakeMember[] {
    return this.members.filter(({ isClosed }) => !isClosed)
  }

  /** Opens the one begun first, or all. */
  accept(count = 1): void {
    for (const { resolve } of this.openings.splice(0, count)) {
      const member = new FakeMember(this.members.length + 1, this)
      this.members.push(member)
      resolve(member)
    }
  }

  refuse(error: unknown = new Error('refused'), count = 1): void {
    for (const { reject } of this.openings.splice(0, count)) reject(error)
  }
}

/** As PostgreSQL refuses one too many. */
export const SERVER_FULL = Object.assign(new Error('sorry, too many clients already'), {
  code: '53300',
})

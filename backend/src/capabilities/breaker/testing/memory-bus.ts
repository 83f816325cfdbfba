import type { Bus } from '../share/bus.ts'

/** A bus between the members of one test, delivered at once, in which a member can be cut off. */
export interface MemoryBus {
  /** The bus as one member sees it. */
  as(member: string): Bus
  /** Nothing comes from or to this member any more. */
  cut(member: string): void
  heal(member: string): void
  /** Messages delivered so far. */
  readonly delivered: number
}

/** `loses` is asked for each message and each member that is to hear it. */
export function createMemoryBus(loses: () => boolean = () => false): MemoryBus {
  const handlers = new Map<string, (message: string) => void>()
  const isCut = new Set<string>()
  let delivered = 0
  return {
    as: member => ({
      publish(message) {
        if (isCut.has(member)) throw new Error('The bus cannot be reached')
        for (const [listener, handle] of handlers) {
          if (isCut.has(listener) || loses()) continue
          delivered++
          handle(message)
        }
      },
      async subscribe(onMessage) {
        handlers.set(member, onMessage)
        return () => handlers.delete(member)
      },
    }),
    cut: member => void isCut.add(member),
    heal: member => void isCut.delete(member),
    get delivered() {
      return delivered
    },
  }
}

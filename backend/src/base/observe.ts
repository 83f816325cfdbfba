/**
 * One event worth telling: a kind and its facts. Every room declares its own union of them in `events.ts`;
 * `observations.ts` turns each into a log line, a metric or a span event.
 */
export interface Observation {
  readonly kind: string
}

/** Where a room sends its events. It must not throw and must not wait. */
export type Observer<E extends Observation = Observation> = (event: E) => void

/** For those who do not listen. */
export const ignoreEvents: Observer = () => undefined

import type { Clock } from '../../base/index.ts'
import type { Flight, Landing } from './flight.ts'

/** What one caller's patience depends on. */
export interface Patience {
  readonly clock: Clock
  /** After so long, in milliseconds, something older will do, if there is; 0: never. */
  readonly softMs: number
  readonly hasSpare: () => boolean
  readonly signal: AbortSignal | undefined
}

/** What the flight brings; or `slow`. Rejects with its error, or with the signal's reason. */
export function waitFor<T, Version, Data>(
  flight: Flight<T, Version, Data>,
  patience: Patience,
): Promise<Landing<T, Version, Data> | 'slow'> {
  const { clock, softMs, hasSpare, signal } = patience
  if (softMs === 0 && signal === undefined) return flight.promise
  return new Promise((resolve, reject) => {
    const onAbort = (): void => end(() => reject(reasonOf(signal)))
    const onSoft = (): void => {
      if (hasSpare()) end(() => resolve('slow'))
    }
    const stop = softMs === 0 ? undefined : clock.after(softMs, onSoft)
    const end = (settle: () => void): void => {
      stop?.()
      signal?.removeEventListener('abort', onAbort)
      settle()
    }
    if (signal?.aborted === true) return onAbort()
    signal?.addEventListener('abort', onAbort)
    flight.promise.then(
      landing => end(() => resolve(landing)),
      (error: unknown) => end(() => reject(asError(error))),
    )
  })
}

function reasonOf(signal: AbortSignal | undefined): Error {
  return asError(signal?.reason)
}

/** What a loader throws may be anything, and reaches its caller as it is. */
function asError(thrown: unknown): Error {
  return thrown as Error
}

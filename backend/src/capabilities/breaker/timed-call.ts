import type { Clock } from '../../base/index.ts'

/**
 * A call that can be told to stop. It should, but nobody waits for it then. Undefined: there is neither a time limit nor a
 * caller who could go away; making a signal costs more than all the rest.
 */
export type Call<T> = (signal: AbortSignal | undefined) => Promise<T>

export interface Limits {
  readonly clock: Clock
  /** In milliseconds. */
  readonly timeoutMs: number | undefined
  /** The caller's. */
  readonly signal: AbortSignal | undefined
  readonly onTimeout: (timeoutMs: number) => Error
}

/** Settles when the call does, when its time is over, or when its caller goes away, whichever is first. */
export function timedCall<T>(call: Call<T>, limits: Limits): Promise<T> {
  const { clock, timeoutMs, signal, onTimeout } = limits
  if (signal?.aborted === true) return Promise.reject(signal.reason as Error)
  const controller = new AbortController()
  return new Promise((resolve, reject) => {
    const stop = (reason: Error): void => {
      end()
      reject(reason)
      controller.abort(reason)
    }
    const goAway = (): void => stop(signal?.reason as Error)
    const cancelTimer =
      timeoutMs === undefined
        ? undefined
        : clock.after(Math.max(0, timeoutMs), () => stop(onTimeout(timeoutMs)))
    const end = (): void => {
      cancelTimer?.()
      signal?.removeEventListener('abort', goAway)
    }
    signal?.addEventListener('abort', goAway, { once: true })
    begin(call, controller.signal).finally(end).then(resolve, reject)
  })
}

/** A call that throws at once rejects. */
async function begin<T>(call: Call<T>, signal: AbortSignal): Promise<T> {
  return call(signal)
}

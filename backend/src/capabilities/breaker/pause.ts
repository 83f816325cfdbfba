import type { Clock } from '../../base/index.ts'

/** Resolves after that time; rejects with the signal's reason when the caller goes away first. */
export function pause(clock: Clock, ms: number, signal: AbortSignal | undefined): Promise<void> {
  const over = new AbortController()
  const cancel = clock.after(ms, () => over.abort())
  return until(over.signal, signal).finally(cancel)
}

/** Resolves when `event` aborts; rejects with the reason of `signal` when that does so first. */
export function until(event: AbortSignal, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    if (event.aborted) return resolve()
    if (signal?.aborted === true) return reject(signal.reason as Error)
    const goAway = (): void => {
      event.removeEventListener('abort', happened)
      reject(signal?.reason as Error)
    }
    const happened = (): void => {
      signal?.removeEventListener('abort', goAway)
      resolve()
    }
    event.addEventListener('abort', happened, { once: true })
    signal?.addEventListener('abort', goAway, { once: true })
  })
}

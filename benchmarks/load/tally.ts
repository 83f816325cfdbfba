import { percentile } from '../harness/statistics.ts'
import type { AnswerSeen } from './connection.ts'
import type { LoadReport } from './messages.ts'

/** What came of the requests of one portion. */
export class Tally {
  readonly #latencies: Float64Array
  #answered = 0
  #errors = 0
  #bytes = 0
  #startedAt = 0
  #endedAt = 0
  #firstError: string | undefined = undefined

  constructor(requestsMax: number) {
    this.#latencies = new Float64Array(requestsMax)
  }

  begin(): void {
    this.#startedAt = performance.now()
  }

  get elapsedMs(): number {
    return performance.now() - this.#startedAt
  }

  count({ status, bytes, head }: AnswerSeen, latencyMs: number): void {
    this.#latencies[this.#answered++] = latencyMs
    this.#bytes += bytes
    this.#endedAt = performance.now()
    if (status >= 200 && status < 300) return
    this.#errors++
    this.#firstError ??= head.split('\r\n', 1)[0]
  }

  report(): LoadReport {
    const sorted = this.#latencies.subarray(0, this.#answered).sort()
    return {
      requests: this.#answered,
      errors: this.#errors,
      firstError: this.#firstError,
      bytes: this.#bytes,
      elapsedMs: this.#endedAt - this.#startedAt,
      p50Ms: percentile(sorted, 0.5),
      p99Ms: percentile(sorted, 0.99),
    }
  }
}

import { isRight, type RequestLog, VERDICTS } from '../../programs/uptime/tally.ts'

/** Each second's counts, and each fault: all that figures are made from, but for the times. */
export function rawOf({ name, sentAtMs, isWrite, verdicts, faults }: RequestLog): unknown {
  const firstMs = sentAtMs[0] ?? 0
  const seconds: number[][] = []
  for (let index = 0; index < sentAtMs.length; index++) {
    const second = Math.floor(((sentAtMs[index] ?? 0) - firstMs) / 1000)
    const counts = (seconds[second] ??= [0, 0, 0, 0])
    const column = (isWrite[index] ?? 0) * 2 + (isRight(VERDICTS[verdicts[index] ?? 0]) ? 0 : 1)
    counts[column] = (counts[column] ?? 0) + 1
  }
  const lines = seconds.map(counts => counts.join(' '))
  return {
    name,
    firstMs,
    columns: SECOND_COLUMNS,
    seconds: lines,
    faults: faults.slice(0, FAULTS_KEPT),
  }
}

const SECOND_COLUMNS = ['reads right', 'reads not', 'writes right', 'writes not']
const FAULTS_KEPT = 2_000

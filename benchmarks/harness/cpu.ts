import { readdirSync, readFileSync } from 'node:fs'

/**
 * CPU time that a process has used so far, in microseconds, user and system together, from the operating system's
 * accounting: it does not depend on what else the machine does. Linux only; elsewhere undefined.
 */
export function cpuMicrosOf(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  return threadMicros(pid) ?? readStat(pid).ownMicros
}

/**
 * The same for PostgreSQL: the postmaster, all its living processes, and those that have ended and been waited for.
 * Backends start and end between two readings, so neither part is enough alone.
 */
export function postgresCpuMicros(postmaster: number): number | undefined {
  if (process.platform !== 'linux') return undefined
  const living = [postmaster, ...childrenOf(postmaster)].map(cpuMicrosOfLiving)
  return living.reduce((sum, micros) => sum + micros, readStat(postmaster).endedChildrenMicros)
}

/** 0 for a process that has ended since it was listed: it is among those that have been waited for. */
function cpuMicrosOfLiving(pid: number): number {
  try {
    return cpuMicrosOf(pid) ?? 0
  } catch {
    return 0
  }
}

/** The kernel's clock ticks a second, as `/proc` shows them on every Linux that Node runs on. */
const MICROS_PER_TICK = 10_000

/** Fields 14 to 17 of /proc/<pid>/stat, see proc_pid_stat(5): exact to 10 ms. */
function readStat(pid: number): { ownMicros: number; endedChildrenMicros: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  // The name in parentheses may hold anything, so counting starts behind it, with field 3.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const micros = (...numbers: number[]) =>
    numbers.reduce((sum, number) => sum + (fields[number - 3] ?? 0) * MICROS_PER_TICK, 0)
  return { ownMicros: micros(14, 15), endedChildrenMicros: micros(16, 17) }
}

/** The same time as the scheduler counts it, in nanoseconds, thread by thread; not every kernel shows it. */
function threadMicros(pid: number): number | undefined {
  try {
    const threads = readdirSync(`/proc/${pid}/task`)
    return threads.reduce((sum, thread) => {
      const [nanoseconds = ''] = readFileSync(
        `/proc/${pid}/task/${thread}/schedstat`,
        'utf8',
      ).split(' ')
      return sum + Number(nanoseconds) / 1000
    }, 0)
  } catch {
    return undefined
  }
}

function childrenOf(pid: number): readonly number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return text.split(' ').filter(Boolean).map(Number)
}

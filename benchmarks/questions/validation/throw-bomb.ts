import { readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { cpuMicrosOf } from '../../harness/cpu.ts'
import type { Bomb } from './bomb.ts'

export interface Blast {
  readonly status: number
  /** From the first byte of the request to the first of the answer. */
  readonly ms: number
  /** Processor time of the server until then. */
  readonly cpuMs: number
  /** How far the memory of the server went up meanwhile. */
  readonly grownMiB: number
}

const TIME_MAX_MS = 20_000

/** Sends it on a connection of its own. */
export async function throwBomb(
  bomb: Bomb,
  port: number,
  pid: number,
  headers: Readonly<Record<string, string>>,
): Promise<Blast> {
  const bytes = requestOf(bomb, headers)
  const before = memoryOf(pid, 'VmRSS')
  forgetPeak(pid)
  const cpuBefore = cpuMicrosOf(pid) ?? Number.NaN
  const { status, ms } = await send(bytes, port)
  const cpuMs = ((cpuMicrosOf(pid) ?? Number.NaN) - cpuBefore) / 1_000
  return { status, ms, cpuMs, grownMiB: Math.max(0, memoryOf(pid, 'VmHWM') - before) }
}

function requestOf(
  { method, path, headers: own, body }: Bomb,
  headers: Readonly<Record<string, string>>,
): Buffer {
  const all = { host: '127.0.0.1', ...headers, ...own }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`)
  const length = body === undefined ? '' : `content-length: ${body.length}\r\n`
  const head = `${method} ${path} HTTP/1.1\r\n${lines.join('')}${length}\r\n`
  return Buffer.concat([Buffer.from(head), body ?? Buffer.alloc(0)])
}

/** A server may answer and hang up before it has read all. */
function send(bytes: Buffer, port: number): Promise<Pick<Blast, 'status' | 'ms'>> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true })
    const timer = setTimeout(() => end(0), TIME_MAX_MS)
    let startedAt = 0
    const end = (status: number) => {
      clearTimeout(timer)
      resolve({ status, ms: performance.now() - startedAt })
      socket.destroy()
    }
    socket.once('connect', () => {
      startedAt = performance.now()
      socket.write(bytes)
    })
    socket.once('data', answer => end(Number(answer.toString('latin1', 9, 12))))
    socket.once('error', error => (startedAt === 0 ? reject(error) : end(0)))
    socket.once('close', () => end(0))
  })
}

function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kibibytes = new RegExp(`^${what}:\\s+(\\d+)`, 'm').exec(text)?.[1]
  return Number(kibibytes) / 1_024
}

/** See proc_pid_clear_refs(5). */
function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

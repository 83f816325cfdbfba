import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ReplicatedNode } from '../../../backend/tests/support/replicated.ts'
import { freePort } from '../../harness/processes.ts'
import { packaged } from '../attacks/packages.ts'

/** Debian's `pgpool2`, installed or unpacked; undefined where it is not. */
export const PGPOOL = packaged('usr/sbin/pgpool')

/** The nodes, and which of them takes writes when it starts. */
export interface PgpoolNodes {
  readonly nodes: readonly ReplicatedNode[]
  readonly primary: ReplicatedNode
}

export interface Pgpool {
  /** As the superuser, to the database `postgres`. */
  readonly url: string
  stop(): Promise<void>
}

const START_MS = 10_000
/** Longest that it is waited for a process to end. */
const STOP_MS = 5_000

/**
 * pgpool-II before all nodes, in the mode for streaming replication: writes to the primary, reads to the standbys. It watches the
 * nodes once a second, the least that it can.
 */
export async function startPgpool(program: string, cluster: PgpoolNodes): Promise<Pgpool> {
  const folder = await mkdtemp(join(tmpdir(), 's-tier-pgpool-'))
  await chmod(folder, 0o755)
  const port = await freePort()
  const settings = { ...settingsOf(cluster), ...(await places(folder, port)) }
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value}'\n`)
  await writeFile(join(folder, 'pgpool.conf'), lines.join(''))
  await writeFile(join(folder, 'pcp.conf'), '')
  const files = ['-f', join(folder, 'pgpool.conf'), '-F', join(folder, 'pcp.conf')]
  const env = withLibraries(program)
  const child = spawn(program, ['-n', ...files], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      log = (log + text.toString()).slice(-4_000)
    })
  }
  const killAtExit = () => child.kill('SIGKILL')
  process.once('exit', killAtExit)
  async function stop(): Promise<void> {
    process.removeListener('exit', killAtExit)
    if (child.exitCode === null && child.signalCode === null) {
      const ended = once(child, 'exit')
      child.kill('SIGINT') // Fast: sessions are ended.
      const timer = setTimeout(killAtExit, STOP_MS)
      await ended
      clearTimeout(timer)
    }
    await rm(folder, { recursive: true, force: true })
  }
  try {
    await untilListening(port)
  } catch (error) {
    await stop()
    throw new Error(`pgpool did not start: ${log}`, { cause: error })
  }
  return { url: `postgres://postgres@127.0.0.1:${port}/postgres`, stop }
}

/** For instance `4.3.5`. */
export function versionOfPgpool(program: string): string {
  const { stderr, stdout } = spawnSync(program, ['--version'], { env: withLibraries(program) })
  return /version ([\d.]+)/.exec(`${stdout.toString()}${stderr.toString()}`)?.[1] ?? ''
}

/** Those that were unpacked beside it. */
function withLibraries(program: string): NodeJS.ProcessEnv {
  return { ...process.env, LD_LIBRARY_PATH: join(program, '../../lib/x86_64-linux-gnu') }
}

/** `weight` 0: no reads. */
function settingsOf({ nodes, primary }: PgpoolNodes): Readonly<Record<string, string>> {
  const backends = nodes.flatMap((node, index) => [
    [`backend_hostname${index}`, '127.0.0.1'],
    [`backend_port${index}`, String(node.port)],
    [`backend_weight${index}`, node === primary ? '0' : '1'],
    [`backend_flag${index}`, 'ALLOW_TO_FAILOVER'],
  ])
  return {
    ...(Object.fromEntries(backends) as Record<string, string>),
    ...{ backend_clustering_mode: 'streaming_replication', load_balance_mode: 'on' },
    ...{ num_init_children: '40', max_pool: '1', enable_pool_hba: 'off', pool_passwd: '' },
    ...{ sr_check_period: '1', sr_check_user: 'postgres', sr_check_database: 'postgres' },
    ...{ health_check_period: '1', health_check_timeout: '1', health_check_max_retries: '0' },
    ...{ health_check_user: 'postgres', health_check_database: 'postgres' },
  }
}

async function places(folder: string, port: number): Promise<Readonly<Record<string, string>>> {
  return {
    ...{ listen_addresses: '127.0.0.1', port: String(port), pcp_port: String(await freePort()) },
    ...{ socket_dir: folder, pcp_socket_dir: folder, wd_ipc_socket_dir: folder, logdir: folder },
    pid_file_name: join(folder, 'pgpool.pid'),
  }
}

async function untilListening(port: number): Promise<void> {
  for (const end = performance.now() + START_MS; ; ) {
    const socket = connect(port, '127.0.0.1')
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    )
    socket.destroy()
    if (isUp) return
    if (performance.now() > end) throw new Error('It does not listen')
    await sleep(50)
  }
}

import type { Buffer } from 'node:buffer'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type pg from 'pg'
import { assert, BugError } from '../../base/index.ts'
import type { CancelTarget } from './cancel.ts'
import { DirectSocket, tlsOptions } from './open-client.ts'
import type { Target } from './target.ts'

/**
 * The one place that relies on how `pg` is made inside: its parser is the one `data` listener of
 * `client.connection.stream`, a client knows the `processID` and `secretKey` of its backend, and whether it is
 * `readyForQuery`.
 */

/**
 * From now on `read` gets what arrives, valid during the call only, and nothing reaches the driver but what is passed
 * to the returned function. The client must be logged in and idle. What `read` throws ends the connection with that
 * error; leaving a socket's callback, it would end the process.
 */
export function takeOver(
  client: pg.Client,
  read: (bytes: Buffer) => void,
): (bytes: Buffer) => void {
  const { stream } = client.connection
  const listeners = stream.listeners('data')
  assert(listeners.length === 1, 'pg reads its socket with one listener')
  stream.removeAllListeners('data')
  const guarded = (bytes: Buffer): void => {
    try {
      read(bytes)
    } catch (error) {
      stream.destroy(error instanceof Error ? error : new BugError(String(error)))
    }
  }
  if (stream instanceof DirectSocket) stream.onBytes = guarded
  else stream.on('data', guarded)
  return listeners[0] as (bytes: Buffer) => void
}

/**
 * Resolves when the client has read its answers to the end, or has ended. It rejects a query as soon as it reads the error, and
 * the server's ReadyForQuery may come much later, as it is sent by itself: who wrote in between would be taken to be answered
 * by it, and all after that would get the answer of the one before. Not for a client that has ended already.
 */
export function untilReady(client: pg.Client): Promise<void> {
  const { readyForQuery } = client as pg.Client & { readyForQuery: unknown }
  assert(typeof readyForQuery === 'boolean', 'pg knows whether it is ready')
  if (readyForQuery) return Promise.resolve()
  return new Promise(resolve => {
    const ready = (): void => {
      client.off('drain', ready).off('end', ready)
      resolve()
    }
    client.on('drain', ready).on('end', ready)
  })
}

type Peer = Pick<Socket, 'remoteAddress' | 'remotePort'>

/** What a cancel request for this client needs. */
export function cancelTargetOf(client: pg.Client, target: Target): CancelTarget {
  const { processID, secretKey } = client as pg.Client & { processID: unknown; secretKey: unknown }
  assert(typeof processID === 'number' && typeof secretKey === 'number', 'pg knows its backend')
  const { remoteAddress, remotePort } = client.connection.stream as Duplex & Partial<Peer>
  const isTls = 'encrypted' in client.connection.stream
  return {
    processId: processID,
    secret: secretKey,
    address: target.host.startsWith('/')
      ? { path: `${target.host}/.s.PGSQL.${target.port}` }
      : { host: remoteAddress ?? target.host, port: remotePort ?? target.port },
    tls: isTls ? { options: tlsOptions(target) ?? {}, host: target.host } : undefined,
  }
}

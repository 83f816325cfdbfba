import type { Buffer } from 'node:buffer'

/** A connection for replication that is not open yet: `new pg.Client({ …, replication: 'database' })` of the driver `pg`. */
export interface WalClient {
  connect(): Promise<unknown>
  query(text: string): Promise<unknown>
  on(event: 'error', listener: (error: Error) => void): unknown
  readonly connection: WalConnection
}

export interface WalConnection {
  on(event: 'copyData', listener: (message: { readonly chunk: Buffer }) => void): unknown
  on(event: 'replicationStart' | 'end', listener: () => void): unknown
  /** Changes when TLS begins. */
  readonly stream: WalSocket
}

export interface WalSocket {
  pause(): unknown
  resume(): unknown
  write(bytes: Buffer): unknown
  destroy(error?: Error): unknown
}

import type { AnswerSeen } from '../../load/connection.ts'

/** The table of all scenarios with replicas, and what is there from the beginning. */
export const SEEDED = 1_000
export const ENTRIES = `
  create table entries (id bigint primary key, body text not null);
  insert into entries select id, 'from the beginning' from generate_series(1, ${SEEDED}) id;
  grant select, insert on entries to anon;
`

/** What later reads are to see. */
const TOKEN = 's-tier-consistency'

export function insertOf(id: number): Buffer {
  const body = JSON.stringify({ id, body: `entry ${id}` })
  const headers = {
    ...{ prefer: 'return=minimal', 'content-type': 'application/json' },
    'content-length': String(Buffer.byteLength(body)),
  }
  return requestOf('POST /entries', headers, body)
}

export function readOf(id: number, token?: string): Buffer {
  return requestOf(`GET /entries?id=eq.${id}`, token === undefined ? {} : { [TOKEN]: token })
}

function requestOf(line: string, headers: Readonly<Record<string, string>>, body = ''): Buffer {
  const all = Object.entries({ host: '127.0.0.1', ...headers })
  const head = all.map(([name, value]) => `${name}: ${value}\r\n`).join('')
  return Buffer.from(`${line} HTTP/1.1\r\n${head}\r\n${body}`)
}

export function isSuccess({ status }: AnswerSeen): boolean {
  return status >= 200 && status < 300
}

/** Of a read: whether it saw its row. */
export function isFound({ head }: AnswerSeen): boolean {
  return /\r\ncontent-range: 0-0\//i.test(head)
}

/** Of a write. */
export function tokenOf({ head }: AnswerSeen): string | undefined {
  return /\r\ns-tier-consistency: ([^\r]+)/i.exec(head)?.[1]
}

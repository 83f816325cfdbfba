import { brotliCompressSync, gzipSync } from 'node:zlib'
import type { RawRequest } from '../support/http-client.ts'

const MILLION = 1_000_000

function post(body: string | Buffer, more: Readonly<Record<string, string>> = {}): RawRequest {
  const headers = { 'content-type': 'application/json', ...more }
  return { method: 'POST', target: '/items', headers, body }
}

function get(query: string, headers: Readonly<Record<string, string>> = {}): RawRequest {
  return { method: 'GET', target: `/items?${query}`, headers }
}

const many = (count: number, item: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => item(at))
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const blanks = Buffer.alloc(100 * MILLION, 0x20)

/** Requests that cost their sender little and a careless server much. */
export const BOMBS: Readonly<Record<string, () => RawRequest>> = {
  'deep arrays in a body': () => post(nested(100_000)),
  'deep arrays in a column': () => post(`{"tidy":${nested(100_000)}}`),
  'deep objects in a column': () =>
    post(`{"tidy":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`),
  'arrays that only open': () => post('['.repeat(MILLION)),
  'an object of many keys': () => post(`{${many(100_000, at => `"k${at}":1`).join(',')}}`),
  'keys of a column': () => post(`{"tidy":{${many(100_000, at => `"k${at}":1`).join(',')}}}`),
  'an array of many items': () => post(`{"grid":[${many(200_000, () => '1').join(',')}]}`),
  'many rows': () => post(`[${many(200_000, () => '{"flag":true}').join(',')}]`),
  'a long string': () => post(`{"name":"${'x'.repeat(5 * MILLION)}"}`),
  'a long key': () => post(`{"${'x'.repeat(5 * MILLION)}":1}`),
  'a long number': () => post(`{"amount":${'9'.repeat(5 * MILLION)}}`),
  'a body that is too large': () => post(`{"name":"${'x'.repeat(12 * MILLION)}"}`),
  'a large body in gzip': () => post(gzipSync(blanks), { 'content-encoding': 'gzip' }),
  'a large body in br': () => post(brotliCompressSync(blanks), { 'content-encoding': 'br' }),
  'a large body in gzip, twice': () =>
    post(gzipSync(gzipSync(blanks)), { 'content-encoding': 'gzip, gzip' }),
  'many lines of CSV': () =>
    post(`name\n${'x\n'.repeat(2 * MILLION)}`, { 'content-type': 'text/csv' }),
  'many columns of CSV': () =>
    post(`${many(100_000, at => `c${at}`).join(',')}\n${','.repeat(99_999)}\n`, {
      'content-type': 'text/csv',
    }),
  'many fields of a form': () =>
    post(many(100_000, at => `c${at}=1`).join('&'), {
      'content-type': 'application/x-www-form-urlencoded',
    }),
  'many filters': () => get(many(1_200, () => 'id=gt.1').join('&')),
  'many conditions': () => get(`or=(${many(1_200, () => 'id.gt.1').join(',')})`),
  'deep conditions': () => get(`or=${'(and'.repeat(500)}(id.gt.1)${')'.repeat(500)}`),
  'many embeds': () => get(`select=${many(300, at => `a${at}:pairs(a)`).join(',')}`),
  'deep embeds': () => get(`select=id${',pairs(items(id'.repeat(300)}${'))'.repeat(300)}`),
  'a long URL': () => get(`name=eq.${'x'.repeat(30_000)}`),
  'many headers': () =>
    get('limit=1', Object.fromEntries(many(3_000, at => `x-${at}`).map(name => [name, 'a']))),
  'a long header': () => get('limit=1', { 'x-long': 'a'.repeat(100_000) }),
  'a long token': () => get('limit=1', { authorization: `Bearer ${'a'.repeat(20_000)}.b.c` }),
}

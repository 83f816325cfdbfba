import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'

// Requests as bytes: what stands around the language of URLs and bodies. Methods, paths, fields, encodings and lengths, mostly
// such as no client would send.

const pick = <T>(...items: readonly T[]) => fc.constantFrom(...items)
const words = (text: string) => pick(...text.split(' '))
const mostly = <T>(one: fc.Arbitrary<T>, other: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: one }, other)

const method = mostly(
  words('GET POST PATCH PUT DELETE HEAD OPTIONS'),
  words('TRACE CONNECT PROPFIND QUERY PURGE LINK M-SEARCH get Get FOO G ! \u0000 PRI GET\tPOST'),
)

const segment = fc.oneof(
  { weight: 6, arbitrary: words('items pairs bare rpc rpc/texts rpc/whole named nowhere') },
  words(
    '. .. ... %2e %2e%2e %252e%252e ..%2f ..%5c .%00 %2f %5c %00 %0a %0d%0a %09 %20 %7f %c0%ae',
  ),
  words(
    '; ;a=b items;x items%3b items/ items// //items \\ items\\ ~ * : @ ! $ items%2Fid %ff %C3%A9',
  ),
  words(
    '%u0041 % %% %4 %zz items%23 # rpc%2ftexts ITEMS items.json __proto__ constructor toString',
  ),
)
const path = fc
  .tuple(
    pick('/', '/', '/', '//', '', '/./', '/../', 'http://127.0.0.1/', '*', '?'),
    fc.array(segment, { maxLength: 4 }),
  )
  .map(([start, parts]) => start + parts.join('/'))

const parameter = fc.oneof(
  words(
    'select=* select=id order=id limit=1 id=eq.1 name=eq.a select= select=id&select=name id=eq.1&id=eq.2',
  ),
  words(
    '__proto__=eq.1 constructor[prototype]=1 a[]=1 a[0]=1 =& &&& ? ?? %00=eq.1 id=%00 id=eq.%0d%0a',
  ),
  fc.nat(60).map(many => Array.from({ length: many }, (_, at) => `id=gt.${at}`).join('&')),
  fc.nat(60).map(deep => `or=${'(or'.repeat(deep)}(id.eq.1)${')'.repeat(deep)}`),
  fc.nat(40).map(deep => `select=id${',pairs(items(id'.repeat(deep)}${'))'.repeat(deep)}`),
  fc
    .nat(300)
    .map(many => `select=${Array.from({ length: many }, (_, at) => `a${at}:id`).join(',')}`),
  fc.nat(400).map(many => `id=in.(${Array.from({ length: many }, (_, at) => at).join(',')})`),
  fc.nat(20_000).map(size => `name=eq.${'x'.repeat(size)}`),
)

const noise = fc
  .array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 })
  .map(codes => String.fromCharCode(...codes))

const fieldLine = fc.oneof(
  { weight: 8, arbitrary: fieldOf() },
  pick(
    'X: a\r\n b',
    'X : a',
    ' X: a',
    'X:',
    ':',
    'X',
    ': a',
    'X: \u0000',
    'X:\ta',
    '\u0000: a',
    'X-é: a',
  ),
  noise,
  fc.nat(120).map(many => Array.from({ length: many }, (_, at) => `X-${at}: a`).join('\r\n')),
  fc.nat(40_000).map(size => `X-Long: ${'a'.repeat(size)}`),
)

function fieldOf(): fc.Arbitrary<string> {
  const name = words(
    'Accept Accept-Encoding Accept-Profile Authorization Cache-Control Connection Content-Encoding Content-Length Content-Profile Content-Type Cookie Date Expect Forwarded Host Idempotency-Key If-Match If-Modified-Since If-None-Match Keep-Alive Origin Prefer Range Range-Unit Referer TE Trailer Transfer-Encoding Upgrade User-Agent Via X-Forwarded-For X-Forwarded-Host X-Forwarded-Proto X-HTTP-Method-Override X-Real-IP __proto__ apikey constructor traceparent',
  )
  const value = fc.oneof(
    pick(
      '',
      '*',
      '*/*',
      'a',
      '0',
      '-1',
      '99999999999999999999',
      '1e3',
      '0x1',
      ' ',
      ',',
      ';',
      '"',
      'a, b',
    ),
    pick(
      'gzip',
      'br',
      'identity',
      'chunked',
      'chunked, chunked',
      'gzip, chunked',
      'keep-alive',
      'close',
    ),
    pick(
      'upgrade',
      'websocket',
      'h2c',
      '100-continue',
      'a.b.c',
      'Bearer',
      'Bearer x',
      'Basic eDp5',
    ),
    pick(
      '127.0.0.1',
      '::1',
      'for="[::1]:1"',
      '1.2.3.4, 5.6.7.8',
      'unknown',
      'localhost',
      'a@b',
      '[',
      'null',
    ),
    pick(
      'count=exact',
      'tx=commit',
      'timezone=x',
      'return=representation',
      'bytes=0-',
      '0-',
      '5-1',
      'W/"',
    ),
    pick(
      'application/json',
      'text/csv',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
    ),
    noise,
  )
  return fc.tuple(name, value).map(([field, text]) => `${field}: ${text}`)
}

const plain = fc
  .oneof(
    pick(
      '{"name":"a"}',
      '[{"name":"a"},{"name":"b"}]',
      '{}',
      '[]',
      '',
      '{',
      'null',
      '"a"',
      'name\na\n',
    ),
    pick(
      '{"__proto__":{"a":1},"name":"x"}',
      '{"name":"a","name":"b"}',
      '{"constructor":{"prototype":{}}}',
    ),
    pick(
      '{"name":"\\u0000"}',
      '{"name":"\\ud800"}',
      '{"name":"\u0000"}',
      '\ufeff{"name":"a"}',
      '{"big":1e999}',
    ),
    fc.nat(2_000).map(deep => `{"tidy":${'['.repeat(deep)}${']'.repeat(deep)}}`),
    fc.nat(2_000).map(many => `[${'{"name":"a"},'.repeat(many)}{"name":"b"}]`),
    fc
      .nat(2_000)
      .map(
        many => `{"tidy":{${Array.from({ length: many + 1 }, (_, at) => `"k${at}":1`).join(',')}}}`,
      ),
    fc.nat(200_000).map(size => `{"name":"${'x'.repeat(size)}"}`),
    noise,
  )
  .map(text => Buffer.from(text))

interface Body {
  readonly encoding: string | undefined
  readonly bytes: Buffer
}

/** Encoded as it says, as something else, twice, cut or spoilt. */
const body: fc.Arbitrary<Body> = fc
  .tuple(
    plain,
    pick<(bytes: Buffer) => Body>(
      bytes => ({ encoding: undefined, bytes }),
      bytes => ({ encoding: undefined, bytes }),
      bytes => ({ encoding: 'gzip', bytes: gzipSync(bytes) }),
      bytes => ({ encoding: 'x-gzip', bytes: gzipSync(bytes) }),
      bytes => ({ encoding: 'br', bytes: brotliCompressSync(bytes) }),
      bytes => ({ encoding: 'deflate', bytes: deflateSync(bytes) }),
      bytes => ({ encoding: 'deflate', bytes: deflateRawSync(bytes) }),
      bytes => ({ encoding: 'gzip, gzip', bytes: gzipSync(gzipSync(bytes)) }),
      bytes => ({ encoding: 'gzip, br', bytes: brotliCompressSync(gzipSync(bytes)) }),
      bytes => ({ encoding: 'gzip', bytes }),
      bytes => ({ encoding: 'br', bytes }),
      bytes => ({ encoding: 'deflate', bytes }),
      bytes => ({ encoding: undefined, bytes: gzipSync(bytes) }),
      bytes => ({ encoding: 'identity', bytes }),
      bytes => ({ encoding: 'zstd', bytes }),
      bytes => ({ encoding: 'compress, , ', bytes }),
      bytes => ({ encoding: 'GZIP', bytes: gzipSync(bytes).subarray(0, -5) }),
      bytes => ({ encoding: 'gzip', bytes: Buffer.concat([gzipSync(bytes), gzipSync(bytes)]) }),
      bytes => ({ encoding: 'gzip', bytes: Buffer.concat([gzipSync(bytes), bytes]) }),
      () => ({ encoding: 'gzip', bytes: gzipSync(Buffer.alloc(3_000_000, 0x20)) }),
      () => ({ encoding: 'br', bytes: brotliCompressSync(Buffer.alloc(3_000_000, 0x5b)) }),
    ),
  )
  .map(([bytes, encode]) => encode(bytes))

/** How the length is told: rightly, wrongly, in chunks, twice or not at all. */
const framing = pick<(bytes: Buffer) => readonly [fields: readonly string[], bytes: Buffer]>(
  ...Array<(bytes: Buffer) => readonly [string[], Buffer]>(6).fill(bytes => [
    [`Content-Length: ${bytes.length}`],
    bytes,
  ]),
  bytes => [['Transfer-Encoding: chunked'], chunked(bytes)],
  bytes => [['Transfer-Encoding: chunked'], chunked(bytes, ';a=b;c="d"', 'X-Trailer: a\r\n')],
  bytes => [['Transfer-Encoding: chunked', `Content-Length: ${bytes.length}`], chunked(bytes)],
  bytes => [[`Content-Length: ${bytes.length}`, 'Content-Length: 0'], bytes],
  bytes => [[`Content-Length: +${bytes.length}`], bytes],
  bytes => [['Transfer-Encoding: gzip'], bytes],
  bytes => [[], bytes],
  () => [['Transfer-Encoding: chunked'], Buffer.from('zz\r\n\r\n')],
)

function chunked(bytes: Buffer, extension = '', trailer = ''): Buffer {
  const size = `${bytes.length.toString(16)}${extension}\r\n`
  const chunk = bytes.length === 0 ? [] : [Buffer.from(size), bytes, Buffer.from('\r\n')]
  return Buffer.concat([...chunk, Buffer.from(`0\r\n${trailer}\r\n`)])
}

const type = mostly(
  pick('application/json'),
  pick(
    'text/csv',
    'application/x-www-form-urlencoded',
    'text/plain',
    'application/octet-stream',
    'a',
    '',
  ),
)

/** The bytes of one request, which asks for the connection to be closed. */
export const rawRequests: fc.Arbitrary<Buffer> = fc
  .record({
    line: fc.tuple(
      method,
      path,
      fc.array(parameter, { maxLength: 3 }),
      words('1.1 1.1 1.1 1.1 1.0 2.0 1'),
    ),
    host: mostly(
      pick('Host: items'),
      pick('', 'Host:', 'Host: a\r\nHost: b', 'Host: a:b:c', 'Host: \u0000'),
    ),
    fields: fc.array(fieldLine, { maxLength: 5 }),
    type,
    body,
    framing,
  })
  .map(
    ({
      line: [verb, target, query, version],
      host,
      fields,
      type: said,
      body: sent,
      framing: frame,
    }) => {
      const [lengths, bytes] = verb === 'GET' ? [[], Buffer.alloc(0)] : frame(sent.bytes)
      const about = bytes.length === 0 ? [] : [`Content-Type: ${said}`, ...lengths]
      const encoding =
        sent.encoding === undefined || bytes.length === 0
          ? []
          : [`Content-Encoding: ${sent.encoding}`]
      const start = `${verb} ${target}${query.length > 0 ? '?' : ''}${query.join('&')} HTTP/${version}`
      const lines = [start, host, 'Connection: close', ...fields, ...about, ...encoding].filter(
        Boolean,
      )
      return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), bytes])
    },
  )

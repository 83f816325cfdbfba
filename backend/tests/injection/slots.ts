import type { RawRequest } from '../support/http-client.ts'
import { as } from '../support/server.ts'

/** A place of a request where somebody else's text can stand. */
export type Slot = (text: string) => RawRequest

const JSON_TYPE = { 'content-type': 'application/json' }

/** For a URL: everything but letters and digits in hexadecimal, halves of surrogate pairs as the bytes that they never are. */
function url(text: string): string {
  return text
    .split(/([\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff])/)
    .map((part, at) => (at % 2 === 0 ? encodeURIComponent(part) : '%ED%A0%80'))
    .join('')
}

/** For a field of HTTP: its UTF-8 bytes, without those that Node.js refuses to send. */
function field(text: string): string {
  return Buffer.from(text)
    .toString('latin1')
    .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ' ')
}

/** As the REST dialect quotes names and values: `"a \"b\" \\ c"`. */
function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, '\\$&')}"`
}

function get(target: (encoded: string) => string): Slot {
  return text => ({ method: 'GET', target: target(url(text)), headers: {} })
}

function getQuoted(target: (encoded: string) => string): Slot {
  return text => get(target)(quoted(text))
}

function header(
  name: string,
  value: (text: string) => string = text => text,
  target = '/items',
): Slot {
  return text => ({ method: 'GET', target, headers: { [name]: field(value(text)) } })
}

function json(method: string, target: string, body: (text: string) => unknown, headers = {}): Slot {
  return text => ({
    method,
    target,
    headers: { ...JSON_TYPE, ...headers },
    body: JSON.stringify(body(text)),
  })
}

function raw(type: string, target: string, body: (text: string) => string): Slot {
  return text => ({ method: 'POST', target, headers: { 'content-type': type }, body: body(text) })
}

function token(claims: (text: string) => Record<string, unknown>): Slot {
  return text => {
    const { role = 'authenticated', ...others } = claims(text)
    return { method: 'GET', target: '/items?limit=1', headers: as(String(role), others) }
  }
}

const cell = (text: string) => `"${text.replaceAll('"', '""')}"`

/** Every place there is; the requests are for the relations and functions of `fuzz/arena.sql`. */
export const SLOTS: Readonly<Record<string, Slot>> = {
  relation: get(text => `/${text}`),
  'value of eq': get(text => `/items?name=eq.${text}`),
  'value of a number': get(text => `/items?id=eq.${text}`),
  'value of like': get(text => `/items?name=like.${text}`),
  'value of match': get(text => `/items?name=match.${text}`),
  'value of is': get(text => `/items?name=is.${text}`),
  'value of isdistinct': get(text => `/items?name=isdistinct.${text}`),
  'value of cs': get(text => `/items?tags=cs.${text}`),
  'value of cs on json': get(text => `/items?tidy=cs.${text}`),
  'value of a range': get(text => `/items?span=ov.${text}`),
  'value of fts': get(text => `/items?words=fts.${text}`),
  'value of wfts': get(text => `/items?name=wfts.${text}`),
  'language of fts': get(text => `/items?words=fts(${text}).a`),
  'values of in': get(text => `/items?name=in.(${text})`),
  'values of in, quoted': getQuoted(text => `/items?name=in.(${text},b)`),
  'values of any': get(text => `/items?name=like(any).{${text}}`),
  quantifier: get(text => `/items?name=eq(${text}).a`),
  operator: get(text => `/items?name=${text}.a`),
  'negated operator': get(text => `/items?name=not.${text}.a`),
  condition: get(text => `/items?name=${text}`),
  column: get(text => `/items?${text}=eq.a`),
  'column, quoted': getQuoted(text => `/items?${text}=eq.a`),
  'column of an embed': get(text => `/items?select=id,pairs(a)&pairs.${text}=eq.a`),
  'embed of a column': get(text => `/items?select=id,pairs(a)&${text}.a=eq.1`),
  'JSON key of a filter': get(text => `/items?tidy->>${text}=eq.a`),
  'JSON key of a filter, quoted': getQuoted(text => `/items?tidy->>${text}=eq.a`),
  'JSON path of a filter': get(text => `/items?tidy->a->${text}->>b=eq.a`),
  'JSON key of a column': get(text => `/items?select=tidy->${text}`),
  'JSON key of a column, quoted': getQuoted(text => `/items?select=tidy->>${text}`),
  'JSON key of an order': get(text => `/items?order=tidy->>${text}`),
  'JSON key of an order, quoted': getQuoted(text => `/items?order=tidy->>${text}.desc`),
  'JSON key of no JSON': get(text => `/items?select=name->${text}`),
  order: get(text => `/items?order=${text}`),
  'order, quoted': getQuoted(text => `/items?order=${text}`),
  'direction of an order': get(text => `/items?order=name.${text}`),
  'nulls of an order': get(text => `/items?order=name.asc.${text}`),
  'order of an embed': get(text => `/pairs?select=a,items(id)&order=items(${text})`),
  'order within an embed': get(text => `/items?select=id,pairs(a)&pairs.order=${text}`),
  select: get(text => `/items?select=${text}`),
  'select, second': get(text => `/items?select=id,${text}`),
  'select, quoted': getQuoted(text => `/items?select=${text}`),
  alias: get(text => `/items?select=${text}:name`),
  'alias, quoted': getQuoted(text => `/items?select=${text}:name`),
  cast: get(text => `/items?select=name::${text}`),
  'cast, quoted': getQuoted(text => `/items?select=name::${text}`),
  aggregate: get(text => `/items?select=amount.${text}()`),
  'alias of an aggregate': getQuoted(text => `/items?select=${text}:amount.sum()`),
  'cast of an aggregate': get(text => `/items?select=amount.sum()::${text}`),
  embed: get(text => `/items?select=id,${text}(*)`),
  'embed, quoted': getQuoted(text => `/items?select=id,${text}(*)`),
  'hint of an embed': get(text => `/items?select=id,pairs!${text}(a)`),
  'alias of an embed': get(text => `/items?select=id,${text}:pairs(a)`),
  'alias of an embed, quoted': getQuoted(text => `/items?select=id,${text}:pairs(a)`),
  spread: get(text => `/pairs?select=a,...${text}(id)`),
  'column within an embed': get(text => `/items?select=id,pairs(${text})`),
  'alias within an embed, quoted': getQuoted(text => `/items?select=id,pairs(${text}:a)`),
  'alias within a spread, quoted': getQuoted(text => `/pairs?select=a,...items(${text}:id)`),
  'logical tree': get(text => `/items?or=(${text})`),
  'value of a logical tree': get(text => `/items?or=(name.eq.${text},id.eq.1)`),
  'value of a logical tree, quoted': getQuoted(text => `/items?or=(name.eq.${text},id.eq.1)`),
  'column of a logical tree': getQuoted(text => `/items?and=(or(${text}.eq.a,id.eq.1),id.eq.1)`),
  'operator of a logical tree': get(text => `/items?not.or=(name.${text}.a,id.eq.1)`),
  limit: get(text => `/items?limit=${text}`),
  offset: get(text => `/items?offset=${text}`),
  'limit of an embed': get(text => `/items?select=id,pairs(a)&pairs.limit=${text}`),
  'procedure name': get(text => `/rpc/${text}`),
  'argument of a GET': get(text => `/rpc/texts?a=${text}`),
  'typed argument of a GET': get(text => `/rpc/others?a=${text}&c=${text}&d=${text}&g=${text}`),
  'list argument of a GET': get(text => `/rpc/lists?a={${text}}&b={${text}}`),
  'variadic argument of a GET': get(text => `/rpc/many?parts=${text}&parts=b`),
  'argument name of a GET': get(text => `/rpc/texts?${text}=a`),
  'filter on a procedure': get(text => `/rpc/all_items?name=eq.${text}&order=${text}`),
  'argument of a POST': json('POST', '/rpc/texts', text => ({ a: text, b: text, c: 'c' })),
  'argument name of a POST': json('POST', '/rpc/texts', text => ({ [text]: 'a' })),
  'document of a POST': json('POST', '/rpc/documents', text => ({ a: { [text]: text }, b: {} })),
  'list argument of a POST': json('POST', '/rpc/lists', text => ({ a: [1], b: [text, text] })),
  'row argument of a POST': json('POST', '/rpc/row_of', text => ({ item: { name: text } })),
  'single unnamed argument': raw('text/plain', '/rpc/whole_text', text => text),
  'single unnamed document': json('POST', '/rpc/whole', text => ({ [text]: [text] })),
  'message of a raised error': json('POST', '/rpc/refuse', text => ({ code: text, message: text })),
  'value of a body': json('POST', '/items', text => ({ name: text })),
  'document of a body': json('POST', '/items', text => ({ data: text, tidy: { [text]: [text] } })),
  'list of a body': json('POST', '/items', text => ({ tags: [text, 'b'] })),
  'typed value of a body': json('POST', '/items', text => ({ mood: text, share: text, day: text })),
  'key of a body': json('POST', '/items', text => ({ [text]: 'a' })),
  'odd key of a body': json('POST', '/items', text => ({ name: 'a', 'odd name, "here"': text })),
  'value of a PATCH': json('PATCH', '/items?id=eq.1', text => ({ name: text })),
  'key of a PATCH': json('PATCH', '/items?id=eq.1', text => ({ [text]: 'a' })),
  'filter of a PATCH': text => ({
    method: 'PATCH',
    target: `/items?name=eq.${url(text)}`,
    headers: JSON_TYPE,
    body: '{"flag":true}',
  }),
  'filter of a DELETE': text => ({
    method: 'DELETE',
    target: `/pairs?b=eq.${url(text)}&a=gt.0`,
    headers: {},
  }),
  'key of a PUT': text => ({
    method: 'PUT',
    target: `/pairs?a=eq.1&b=eq.${url(text)}`,
    headers: JSON_TYPE,
    body: JSON.stringify({ a: 1, b: text, note: text }),
  }),
  'select of a write': text => ({
    method: 'POST',
    target: `/items?select=${url(text)}`,
    headers: { ...JSON_TYPE, prefer: 'return=representation' },
    body: '{"name":"a"}',
  }),
  columns: text => json('POST', `/items?columns=${url(text)}`, () => ({ name: 'a' }))(text),
  'columns, quoted': text =>
    json('POST', `/items?columns=${url(quoted(text))}`, () => ({ name: 'a' }))(text),
  'conflict target': text =>
    json('POST', `/items?on_conflict=${url(text)}`, () => ({ id: 1, name: 'a' }), {
      prefer: 'resolution=merge-duplicates',
    })(text),
  'conflict target, quoted': text =>
    json('POST', `/items?on_conflict=${url(quoted(text))}`, () => ({ id: 1, name: 'a' }), {
      prefer: 'resolution=ignore-duplicates',
    })(text),
  'header of a CSV': raw('text/csv', '/items', text => `${cell(text)},name\na,b\n`),
  'cell of a CSV': raw('text/csv', '/items', text => `name,mood\n${cell(text)},low\n`),
  'bare cell of a CSV': raw('text/csv', '/items', text => `name\n${text}\n`),
  'name of a form': raw('application/x-www-form-urlencoded', '/items', text => `${url(text)}=a`),
  'value of a form': raw(
    'application/x-www-form-urlencoded',
    '/items',
    text => `name=${url(text)}`,
  ),
  'body itself': raw('application/json', '/items', text => text),
  'type of a body': text => ({
    method: 'POST',
    target: '/items',
    headers: { 'content-type': field(text) },
    body: '{"name":"a"}',
  }),
  Range: header('range'),
  'Range-Unit': header('range-unit'),
  Prefer: header('prefer'),
  'Prefer: timezone': header('prefer', text => `timezone=${text}`),
  'Prefer: count': header('prefer', text => `count=${text}`),
  'Prefer: handling': header('prefer', text => `handling=strict, ${text}`),
  'Prefer: max-affected': header('prefer', text => `max-affected=${text}`),
  'Prefer: tx': header('prefer', text => `tx=${text}`),
  Accept: header('accept'),
  'Accept: plan for': header('accept', text => `application/vnd.pgrst.plan+json; for="${text}"`),
  'Accept: plan options': header('accept', text => `application/vnd.pgrst.plan; options=${text}`),
  'Accept-Profile': header('accept-profile'),
  'Content-Profile': text =>
    json('POST', '/items', () => ({ name: 'a' }), { 'content-profile': field(text) })(text),
  Authorization: header('authorization'),
  'role of a token': token(text => ({ role: text })),
  'subject of a token': token(text => ({ sub: text })),
  'value of a claim': token(text => ({ tenant: { [text]: [text] } })),
  'name of a claim': token(text => ({ [`x${text}`]: text })),
  'Idempotency-Key': text =>
    json('POST', '/items', () => ({ name: 'a' }), { 'idempotency-key': field(text) })(text),
  apikey: header('apikey'),
  Cookie: header('cookie'),
  'User-Agent': header('user-agent'),
  'X-Forwarded-For': header('x-forwarded-for'),
  Forwarded: header('forwarded'),
  Origin: header('origin'),
  'If-None-Match': header('if-none-match'),
  traceparent: header('traceparent'),
  'X-Request-Id': header('x-request-id'),
  'any header': header('x-any'),
}

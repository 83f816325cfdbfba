// A request as it would be written with fetch or supabase-js. Requests are { method, url, headers, body }.

/** A module's lines: browsers, Node, Deno. */
export function fetchCall({ method, url, headers, body }) {
  const options = { method, headers, ...(body !== undefined && { body }) }
  return `const response = await fetch(${quoted(url)}, ${literal(options)})
const data = await response.json()`
}

/**
 * supabase-js's query builder, whose `from` and `rpc` are those of postgrest-js. A filter becomes `filter`, which takes
 * every operator; what the builder has no word for, such as PUT, stays a fetch.
 */
export function supabaseJs(request) {
  const { method, url, headers, body } = request
  const place = placeOf(url)
  const start = startOf(place, method.toUpperCase(), body, preferencesOf(headers))
  if (start === undefined) return fetchCall(request)
  const steps = [...start, ...filtersOf(place), ...singleOf(headers)]
  return `const { data, error } = await supabase${schemaOf(headers, method)}
${steps.map(step => `  .${step}`).join('\n')}`
}

/** Parameters that have a meaning of their own beside filters. */
const RESERVED = new Set(['select', 'order', 'limit', 'offset', 'columns', 'on_conflict'])

function placeOf(url) {
  const { pathname, searchParams } = new URL(url)
  const [name = '', parent] = pathname.split('/').reverse().map(decodeURIComponent)
  return { name, isCall: parent === 'rpc', parameters: searchParams }
}

function startOf(place, method, body, preferences) {
  const selected = place.parameters.get('select') ?? undefined
  if (place.isCall) return callOf(place, method, body, selected)
  const from = `from(${quoted(place.name)})`
  const rows = preferences.has('return=representation') ? [selectCall(selected)] : []
  switch (method) {
    case 'GET':
      return [from, selectCall(selected)]
    case 'HEAD':
      return [from, `select(${quoted(selected ?? '*')}, { head: true })`]
    case 'POST':
      return [from, writeOf(place, body, preferences), ...rows]
    case 'PATCH':
      return [from, `update(${literal(parse(body))})`, ...rows]
    case 'DELETE':
      return [from, 'delete()', ...rows]
    default:
      return undefined
  }
}

function selectCall(selected) {
  return selected === undefined ? 'select()' : `select(${quoted(selected)})`
}

function writeOf({ parameters }, body, preferences) {
  const ignoreDuplicates = preferences.has('resolution=ignore-duplicates')
  const rows = literal(parse(body))
  if (!ignoreDuplicates && !preferences.has('resolution=merge-duplicates')) return `insert(${rows})`
  const onConflict = parameters.get('on_conflict') ?? undefined
  const options = {
    ...(onConflict !== undefined && { onConflict }),
    ...(ignoreDuplicates && { ignoreDuplicates }),
  }
  return Object.keys(options).length === 0
    ? `upsert(${rows})`
    : `upsert(${rows}, ${literal(options)})`
}

function callOf({ name, parameters }, method, body, selected) {
  const isRead = method === 'GET' || method === 'HEAD'
  if (!isRead && method !== 'POST') return undefined
  const given = isRead ? Object.fromEntries(argumentsOf(parameters)) : parse(body)
  const options = method === 'GET' ? ', { get: true }' : method === 'HEAD' ? ', { head: true }' : ''
  const start = `rpc(${quoted(name)}, ${literal(given ?? {})}${options})`
  return selected === undefined ? [start] : [start, selectCall(selected)]
}

/** A filter begins with an operator, an argument is the value itself. */
const FILTER = /^(?:not\.)*(?:[a-z]+(?:\([^)]*\))?)\./

function argumentsOf(parameters) {
  return [...parameters].filter(([name, value]) => !RESERVED.has(name) && !FILTER.test(value))
}

function filtersOf({ isCall, parameters }) {
  const steps = []
  for (const [name, value] of parameters) {
    if (RESERVED.has(name)) continue
    const logic = /^(?:(.*)\.)?(not\.)?(or|and)$/.exec(name)
    if (logic !== null) steps.push(logicOf(logic, value))
    else if (!isCall || FILTER.test(value)) steps.push(filterOf(name, value))
  }
  return [...steps, ...orderOf(parameters.get('order')), ...pageOf(parameters)]
}

/** The builder has `or` only; `and` of several is `or` of one group. */
function logicOf([, table, not = '', word], value) {
  const inside = word === 'or' && not === '' ? value.slice(1, -1) : `${not}${word}${value}`
  const options = table === undefined ? '' : `, { referencedTable: ${quoted(table)} }`
  return `or(${quoted(inside)}${options})`
}

function filterOf(name, value) {
  const at = value.startsWith('not.') ? value.indexOf('.', 4) : value.indexOf('.')
  return `filter(${[name, value.slice(0, at), value.slice(at + 1)].map(quoted).join(', ')})`
}

function orderOf(order) {
  if (order === null) return []
  return order.split(',').map(term => {
    const [column, ...words] = term.split('.')
    const options = {
      ...(words.includes('desc') && { ascending: false }),
      ...(words.includes('nullsfirst') && { nullsFirst: true }),
      ...(words.includes('nullslast') && { nullsFirst: false }),
    }
    const hasOptions = Object.keys(options).length > 0
    return `order(${quoted(column)}${hasOptions ? `, ${literal(options)}` : ''})`
  })
}

function pageOf(parameters) {
  const limit = parameters.get('limit')
  const offset = parameters.get('offset')
  if (offset !== null && limit !== null) {
    return [`range(${Number(offset)}, ${Number(offset) + Number(limit) - 1})`]
  }
  return limit === null ? [] : [`limit(${Number(limit)})`]
}

function singleOf(headers) {
  return /vnd\.pgrst\.object/.test(headerOf(headers, 'accept') ?? '') ? ['single()'] : []
}

function schemaOf(headers, method) {
  const isRead = method === 'GET' || method === 'HEAD'
  const schema = headerOf(headers, isRead ? 'accept-profile' : 'content-profile')
  return schema === undefined ? '' : `\n  .schema(${quoted(schema)})`
}

function preferencesOf(headers) {
  return new Set((headerOf(headers, 'prefer') ?? '').split(',').map(one => one.trim()))
}

function headerOf(headers, name) {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name)?.[1]
}

function parse(body) {
  try {
    return JSON.parse(body ?? '')
  } catch {
    return body
  }
}

/** A string of JavaScript. */
function quoted(text) {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`
}

function literal(value) {
  return JSON.stringify(value, null, 2)
}

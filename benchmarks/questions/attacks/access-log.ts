import type { EventKind, SecurityEvent } from '../../../backend/src/capabilities/security/index.ts'

const API = '/rest/v1'
const AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0'
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

/** What S-Tier answers to a request of which this is told. */
const STATUS: Readonly<Partial<Record<EventKind, number>>> = {
  'auth.failed': 401,
  'auth.tampered': 401,
  'access.denied': 403,
  'name.unknown': 404,
  'route.unknown': 404,
}

/** The request of which this was told, as nginx in front of S-Tier writes it: its format `combined`. */
export function accessLogLine(event: SecurityEvent): string {
  const status = event.status ?? STATUS[event.kind] ?? 200
  const request = `${requestOf(event)} HTTP/1.1`
  return `${event.ip} - - [${timeOf(event.atMs)}] "${request}" ${status} ${event.bytes ?? 140} "-" "${AGENT}"`
}

function requestOf({ kind, route, name, key, sought, rows = 0 }: SecurityEvent): string {
  if (kind === 'admin.changed') return `PATCH /admin/${name}`
  // Whoever is let in has logged in.
  if (kind === 'auth.passed') return `POST ${API}/rpc/login`
  if (route === undefined) return `GET ${name ?? `${API}/orders`}`
  if (route.startsWith('/')) return `POST ${API}${route}`
  const [method, path] = route.split(' ')
  const filter = key === undefined ? '' : `?${key.split('.')[1]}=eq.${sought}`
  return `${method} ${API}${path}${rows >= 1_000 ? `?limit=${rows}` : filter}`
}

/** `05/Jan/2026:08:00:00 +0000` */
function timeOf(atMs: number): string {
  const [date = '', time = ''] = new Date(atMs).toISOString().split('T')
  const [year, month, day] = date.split('-')
  return `${day}/${MONTHS[Number(month) - 1]}/${year}:${time.slice(0, 8)} +0000`
}

import type { SecurityEvent } from '../types.ts'

const MINUTE_MS = 60_000
const DAY_MINUTES = 1_440
/** A Monday, at midnight. */
const BEGIN = Date.UTC(2026, 0, 5)

const OFFICE = '192.0.2.1'
const WEB_SERVER = '192.0.2.80'
const OFFICE_USERS = 300
const REMOTE_USERS = 100
/** Of all logins: a wrong password before the right one. */
const TYPO_SHARE = 0.06
const DEPLOY_MINUTE = 2 * DAY_MINUTES + 11 * 60
const ROTATION_MINUTE = 3 * DAY_MINUTES + 9 * 60
const ROUTES = ['GET /orders', 'GET /products', 'GET /customers', 'PATCH /orders', '/rpc/search']

type Chance = () => number

/** A week of a firm that nobody attacks: what people and programs do that looks like an attack, and is none. */
export class BenignWeek {
  readonly #chance: Chance
  readonly #days: number
  #at = 0
  #minute = 0
  #events: SecurityEvent[] = []

  constructor(chance: Chance, days = 7) {
    this.#chance = chance
    this.#days = days
  }

  *events(): Iterable<SecurityEvent> {
    for (this.#minute = 0; this.#minute < this.#days * DAY_MINUTES; this.#minute++) {
      this.#events = []
      this.#at = BEGIN + this.#minute * MINUTE_MS
      this.#work()
      this.#shiftChange()
      this.#programs()
      this.#incidents()
      yield* this.#events.sort((one, other) => one.atMs - other.atMs)
    }
  }

  get #minuteOfDay(): number {
    return this.#minute % DAY_MINUTES
  }

  get #isWorkday(): boolean {
    return Math.floor(this.#minute / DAY_MINUTES) % 7 < 5
  }

  #tell(event: Omit<SecurityEvent, 'atMs'>, offsetMs = this.#chance() * MINUTE_MS): void {
    this.#events.push({ ...event, atMs: Math.floor(this.#at + offsetMs) })
  }

  #below(bound: number): number {
    return Math.floor(this.#chance() * bound)
  }

  #someone(): Person {
    const index = this.#below(OFFICE_USERS + REMOTE_USERS)
    return personOf(index, this.#minute, this.#chance)
  }

  /** People read, page through lists, open rows one after the other, and sometimes an export. */
  #work(): void {
    const hour = this.#minuteOfDay / 60
    const isOpen = this.#isWorkday && hour >= 6 && hour < 22
    const requests = isOpen ? 25 + this.#below(15) : this.#below(4)
    for (let count = 0; count < requests; count++) this.#read(this.#someone())
    if (this.#chance() < (isOpen ? 0.4 : 0.05)) this.#logIn(this.#someone())
    if (isOpen) this.#oddities()
  }

  #oddities(): void {
    if (this.#chance() < 0.01) this.#pages(this.#someone())
    if (this.#chance() < 0.02) this.#opensRows(this.#someone())
    if (this.#chance() < 0.02) this.#meetsNo(this.#someone())
  }

  #read(person: Person, more: Partial<SecurityEvent> = {}, offsetMs?: number): void {
    const route = ROUTES[this.#below(ROUTES.length)]
    const rows = this.#below(20)
    const isKey = this.#chance() < 0.3
    const asked = isKey ? { key: 'orders.id', sought: this.#below(100_000), rows: 1 } : {}
    this.#tell(
      { kind: 'read', ...person, route, rows, bytes: 200 * rows, ...asked, ...more },
      offsetMs,
    )
  }

  #logIn(person: Person, startMs = this.#chance() * 20_000): void {
    const { ip, user } = person
    let atMs = startMs
    while (this.#chance() < TYPO_SHARE) {
      const credentialHash = this.#below(2 ** 40)
      this.#tell({ kind: 'auth.failed', ip, user, route: '/rpc/login', credentialHash }, atMs)
      atMs += 3_000 + this.#below(5_000)
    }
    this.#tell({ kind: 'auth.passed', ...person }, atMs)
    this.#read(person, {}, atMs + 500)
  }

  /** A long list, page by page. */
  #pages(person: Person): void {
    const pages = 1 + this.#below(20)
    for (let page = 0; page < pages; page++) this.#read(person, { rows: 100 }, page * 2_000)
  }

  /** A page that reads the rows of its list one by one, as many do. */
  #opensRows(person: Person): void {
    const first = this.#below(90_000)
    const count = 10 + this.#below(50)
    for (let index = 0; index < count; index++) {
      const asked = { route: 'GET /orders', key: 'orders.id', sought: first + index, rows: 1 }
      this.#read(person, asked, 1_000 + index * 30)
    }
  }

  /** Somebody clicks what their role may not see, again and again. */
  #meetsNo(person: Person): void {
    const count = 1 + this.#below(8)
    const denied = {
      kind: 'access.denied',
      ...person,
      route: 'GET /salaries',
      status: 403,
    } as const
    for (let index = 0; index < count; index++) this.#tell(denied, index * 1_000)
  }

  /** Everybody of the office logs in within a quarter of an hour. */
  #shiftChange(): void {
    const hour = Math.floor(this.#minuteOfDay / 60)
    const isChange = this.#isWorkday && (hour === 6 || hour === 14) && this.#minuteOfDay % 60 < 15
    if (!isChange) return
    const first = (this.#minuteOfDay % 60) * 10 + (hour === 14 ? 150 : 0)
    for (let index = first; index < first + 10; index++) {
      this.#logIn(personOf(index % OFFICE_USERS, this.#minute, this.#chance))
    }
  }

  #programs(): void {
    this.#mailClient()
    this.#webServer()
    if (this.#minuteOfDay >= 120 && this.#minuteOfDay < 150) this.#batchJob()
    if (this.#minuteOfDay % 5 === 0) this.#oldToken()
  }

  /** Has the password of last month, and tries it for as long as it runs. */
  #mailClient(): void {
    const about = { user: 'user-7', route: '/rpc/login', credentialHash: 4_711 }
    this.#tell({ kind: 'auth.failed', ip: personOf(307, 0, () => 0).ip, ...about })
  }

  /** Renders pages with the tokens of those who ask for them. */
  #webServer(): void {
    const requests = this.#isWorkday ? 5 : 1
    for (let count = 0; count < requests; count++) {
      const person = { ...this.#someone(), ip: WEB_SERVER, agentHash: 99 }
      this.#tell({ kind: 'auth.passed', ...person }, 0)
      this.#read(person, {}, 10)
    }
  }

  /** Reads everything, every night. */
  #batchJob(): void {
    const job = { ip: '192.0.2.90', user: 'nightly', role: 'batch', tokenHash: 9_001, agentHash: 5 }
    for (let page = 0; page < 10; page++) {
      this.#read(job, { route: 'GET /orders', rows: 1_000, bytes: 200_000 }, page * 5_000)
    }
  }

  /** A tablet in a drawer. */
  #oldToken(): void {
    const about = { user: 'user-9', reason: 'expired', status: 401 } as const
    this.#tell({ kind: 'auth.failed', ip: '198.51.100.200', ...about })
  }

  #incidents(): void {
    if (this.#minute >= DEPLOY_MINUTE && this.#minute < DEPLOY_MINUTE + 20) this.#brokenDeploy()
    if (this.#minute === ROTATION_MINUTE) this.#rotatedKey()
    if (this.#isWorkday && this.#minuteOfDay === 10 * 60) this.#administrator()
  }

  /** The new pages ask for a table that is not there yet, and for one that nobody may read yet. */
  #brokenDeploy(): void {
    for (let count = 0; count < 60; count++) {
      const person = this.#someone()
      const route = count % 2 === 0 ? 'GET /invoices' : 'GET /budgets'
      const denied = { kind: 'access.denied', route, status: 403 } as const
      const unknown = { kind: 'name.unknown', name: 'public.invoices', route, status: 404 } as const
      this.#tell({ ...(count % 2 === 0 ? unknown : denied), ...person })
    }
  }

  /** All tokens of this morning have a wrong signature at once. */
  #rotatedKey(): void {
    for (let index = 0; index < OFFICE_USERS / 2; index++) {
      const { ip, tokenHash } = personOf(index, this.#minute, this.#chance)
      this.#tell({ kind: 'auth.tampered', ip, tokenHash, reason: 'signature', status: 401 })
    }
  }

  /** Mistypes like everybody, and changes something every day. */
  #administrator(): void {
    const administrator = { ip: OFFICE, user: 'root', role: 'admin', tokenHash: 1, agentHash: 3 }
    this.#logIn(administrator, 0)
    this.#tell({ kind: 'admin.changed', ...administrator, name: 'limits.rules' }, 50_000)
  }
}

type Person = Pick<SecurityEvent, 'ip' | 'user' | 'role' | 'tokenHash' | 'agentHash'>

/** Those at home have an address each; every tenth walks between two networks with the telephone. */
function personOf(index: number, minute: number, chance: Chance): Person {
  const isOffice = index < OFFICE_USERS
  const home = `198.51.100.${(index % 100) + 1}`
  const isMobile = index % 10 === 0 && chance() < 0.5
  const ip = isMobile ? `203.0.113.${(index % 100) + 1}` : isOffice ? OFFICE : home
  const day = Math.floor(minute / DAY_MINUTES)
  return {
    ip,
    user: `user-${index}`,
    role: 'authenticated',
    tokenHash: 10_000 + index + 1_000 * day,
    agentHash: index,
  }
}

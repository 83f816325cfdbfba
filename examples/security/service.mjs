// A service that notices when somebody guesses passwords, scans, or takes everything, and refuses them for a while.
//
//   node examples/security/service.mjs
import Fastify from 'fastify'
import { securityPlugin } from 's-tier/security'

const app = Fastify()
await app.register(securityPlugin, {
  setup: {
    mode: 'act', // The default is to look first: `watch`.
    honeypots: ['/admin.php'], // Nobody has a reason to ask for it.
    allow: ['10.0.0.0/8'], // Our own monitoring.
    rules: {
      scanning: { threshold: 5, tarpitMs: 100 },
      // A rule of one's own: three exports within an hour.
      exports: { events: ['read'], per: 'ip', threshold: 3, windowMs: 3_600_000, level: 'low' },
    },
  },
})
app.security.onAlert(({ level, summary, outcome }) =>
  console.log(`${level}: ${summary} (${outcome})`),
)

const PASSWORDS = new Map([
  ['ada', 'correct horse'],
  ['eve', 'battery staple'],
])

/** @param {unknown} body */
const loginOf = body => /** @type {{ user: string, password: string }} */ (body)

// Bans of logins hold here: who is let in elsewhere with a session stays in.
const security = { login: (/** @type {{ body: unknown }} */ { body }) => loginOf(body).user }
app.post('/login', { config: { security } }, (request, reply) => {
  const { user, password } = loginOf(request.body)
  if (PASSWORDS.get(user) === password) {
    request.tellSecurity({ kind: 'auth.passed', user })
    return { isWelcome: true }
  }
  // A number stands for the password: the same wrong one, again and again, is one attempt.
  const credentialHash = app.security.fingerprint(password)
  request.tellSecurity({ kind: 'auth.failed', user, credentialHash, status: 401 })
  return reply.code(401).send({ isWelcome: false })
})

app.get('/export', request => {
  request.tellSecurity({ kind: 'read', rows: 5_000 })
  return { rows: 5_000 }
})

app.get('/security', () => {
  const { alerts, measures } = app.security.report()
  return { alerts: alerts.latest, measures: measures.latest }
})

const address = await app.listen({ port: Number(process.env.PORT ?? 3000) })
console.log(`Serving ${address}`)
process.once('SIGTERM', () => void app.close())
process.once('SIGINT', () => void app.close())

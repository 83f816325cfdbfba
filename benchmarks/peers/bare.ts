// The floor for a finished answer: bare node:http, a Map from the URL to what S-Tier answered, and the same bytes again.
import { serveFinished } from './bare-server.ts'

serveFinished({ looksAtToken: false })

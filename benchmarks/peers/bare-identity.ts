// The same with as little as knowing the caller can be: a Map of tokens, and the time at which each ends.
import { serveFinished } from './bare-server.ts'

serveFinished({ looksAtToken: true })

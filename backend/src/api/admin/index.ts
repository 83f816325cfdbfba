// How the server is doing: is it alive, is it ready, and what of it is at work.
export { type Check, type HealthServices, registerHealth } from './health.ts'

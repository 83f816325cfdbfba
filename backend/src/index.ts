// S-Tier as a library: build a server in a program of one's own, and types for its configuration file.
export {
  type Config,
  type ConfigOptions,
  defineConfig,
  loadConfigFile,
  readConfig,
} from './config.ts'
export { createObserver, type ServerEvent } from './observations.ts'
export { createServer, type Server, type ServerParts } from './server.ts'

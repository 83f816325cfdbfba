// A PostgreSQL server of one's own, from npm: for a first look, for development and for tests. It is started,
// watched and stopped here, and the development database with the sample store is made in it.
export { type DevDatabase, type DevDatabaseOptions, startDevDatabase } from './dev-database.ts'
export { isLocked, removeCluster } from './lock.ts'
export { loadSampleStore, type SampleStoreOptions } from './sample-store.ts'
export { type EmbeddedOptions, type EmbeddedServer, startEmbedded } from './start.ts'

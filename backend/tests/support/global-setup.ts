import type { TestProject } from 'vitest/node'
import { startTestCluster } from './cluster.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The test cluster, as the superuser `postgres`. */
    postgresUrl: string
  }
}

/** Vitest calls this once per run: one PostgreSQL server for all tests, gone when they end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster(process.env['STIER_TEST_PG_BIN'])
  project.provide('postgresUrl', cluster.url)
  return cluster.stop
}

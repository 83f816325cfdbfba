import { randomBytes } from 'node:crypto'
import { onCluster, type TestDatabase } from './database.ts'

/** A role of the test's own, which may become no other: roles that other tests make do not change its catalog. */
export interface Login {
  readonly role: string
  urlOf(database: TestDatabase): string
  drop(): Promise<void>
}

export async function createLogin(): Promise<Login> {
  const role = `catalog_${randomBytes(6).toString('hex')}`
  await onCluster(`create role ${role} login`)
  return {
    role,
    urlOf(database) {
      const url = new URL(database.url)
      url.username = role
      return url.href
    },
    async drop() {
      await onCluster(`drop role ${role}`)
    },
  }
}

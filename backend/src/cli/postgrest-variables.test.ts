import { expect, test } from 'vitest'
import { OPTIONS } from '../config.ts'
import { OPTION_OF, postgrestNotices } from './postgrest-variables.ts'

test('a variable of PostgREST is told with the one to use instead, or that there is none', () => {
  const environment = {
    PGRST_DB_URI: 'postgres://u:hunter2@h/d',
    PGRST_ADMIN_SERVER_PORT: '3001',
    PGRST_DB_POOL: '',
    PGHOST: 'h',
  }
  expect(postgrestNotices(environment)).toEqual([
    'PGRST_ADMIN_SERVER_PORT is set, but S-Tier does not read it: it has no such option\n',
    'PGRST_DB_URI is set, but S-Tier does not read it: use STIER_DATABASE_URL instead\n',
  ])
})

test('every option that is named instead exists', () => {
  const known = OPTIONS.map(({ name }) => name)
  expect(known).toEqual(expect.arrayContaining(Object.values(OPTION_OF)))
})

// The catalog as TypeScript: the `Database` type that supabase-js and postgrest-js take.
export { databaseTypes } from './database-types.ts'

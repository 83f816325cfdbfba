import { readFileSync } from 'node:fs'

/** The version of this package. Its file is three folders up, in the source as in what is built of it. */
export const SERVER_VERSION: string = (
  JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
).version

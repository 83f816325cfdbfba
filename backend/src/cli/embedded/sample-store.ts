import { readdir, readFile } from 'node:fs/promises'

const FOLDER = new URL('../../../sample/store/', import.meta.url)
/** Files before this number make tables; those from it on make rows, which takes a while. */
const FIRST_DATA_FILE = 21

export interface SampleStoreOptions {
  /** How large: 1 is about 430,000 rows, 0.02 (the smallest) about 13,000. Default 1. */
  readonly scale?: number
  /** Hears a line for each file that takes a while. Default: nobody. */
  readonly onProgress?: (line: string) => void
}

/**
 * Loads the sample, an online store, into an empty database. `query` runs a text of several statements in one
 * session, as a superuser. The files say what they make; `psql -f` loads them as well.
 */
export async function loadSampleStore(
  query: (text: string) => Promise<unknown>,
  { scale = 1, onProgress = () => undefined }: SampleStoreOptions = {},
): Promise<void> {
  await query(`select set_config('store.scale', '${scale}', false)`)
  for (const name of await sampleFiles()) {
    if (Number.parseInt(name, 10) >= FIRST_DATA_FILE) onProgress(`Sample store: ${subjectOf(name)}`)
    await query(await readFile(new URL(name, FOLDER), 'utf8'))
  }
}

async function sampleFiles(): Promise<string[]> {
  return (await readdir(FOLDER)).filter(name => name.endsWith('.sql')).sort()
}

/** `23-orders-data.sql` is about `orders data`. */
function subjectOf(name: string): string {
  return name.replace(/^\d+-|\.sql$/g, '').replaceAll('-', ' ')
}

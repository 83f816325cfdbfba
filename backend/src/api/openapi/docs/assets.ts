import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

/** A file of the page, as it is sent. */
export interface Asset {
  readonly type: string
  readonly plain: Encoded
  readonly gzipped: Encoded
}

export interface Encoded {
  readonly body: Buffer
  /** Strong: each encoding has its own. RFC 9110, section 8.8.3. */
  readonly etag: string
}

/** The files of the page by name. Each is read and compressed once, when it is first asked for. */
export interface Assets {
  /** Undefined: the page has no such file. Rejects when it cannot be read, and tries again next time. */
  get(name: string): Promise<Asset> | undefined
}

const SCRIPT = 'text/javascript; charset=utf-8'
const STYLE = 'text/css; charset=utf-8'

/** By name: what it is, and whether it comes from swagger-ui-dist. */
const FILES: Readonly<Record<string, { readonly type: string; readonly isForeign: boolean }>> = {
  'page.html': { type: 'text/html; charset=utf-8', isForeign: false },
  'page.css': { type: STYLE, isForeign: false },
  'page.js': { type: SCRIPT, isForeign: false },
  'snippets.js': { type: SCRIPT, isForeign: false },
  'resolve.js': { type: SCRIPT, isForeign: false },
  'refusal.js': { type: SCRIPT, isForeign: false },
  'swagger-ui.css': { type: STYLE, isForeign: true },
  'swagger-ui-bundle.js': { type: SCRIPT, isForeign: true },
  'favicon-32x32.png': { type: 'image/png', isForeign: true },
}

/** Four folders up, in the source as in what is built of it. */
const FOLDER = new URL('../../../../assets/docs/', import.meta.url)

export function createAssets(): Assets {
  const known = new Map<string, Promise<Asset>>()
  return {
    get(name) {
      const file = Object.hasOwn(FILES, name) ? FILES[name] : undefined
      if (file === undefined) return undefined
      const found = known.get(name)
      if (found !== undefined) return found
      const loading = load(file.isForeign ? foreignPath(name) : ownPath(name), file.type)
      known.set(name, loading)
      loading.catch(() => known.delete(name))
      return loading
    },
  }
}

function ownPath(name: string): string {
  return fileURLToPath(new URL(name, FOLDER))
}

/** The build copies these files into the package (`npm run docs-page`); in the repository they are where npm put them. */
function foreignPath(name: string): string {
  const copied = ownPath(`swagger-ui/${name}`)
  return existsSync(copied)
    ? copied
    : createRequire(import.meta.url).resolve(`swagger-ui-dist/${name}`)
}

async function load(path: string, type: string): Promise<Asset> {
  const body = await readFile(path)
  const hash = createHash('sha256').update(body).digest('base64url').slice(0, 22)
  return {
    type,
    plain: { body, etag: `"${hash}"` },
    gzipped: { body: await compress(body), etag: `"${hash}-gzip"` },
  }
}

const compress = promisify(gzip)

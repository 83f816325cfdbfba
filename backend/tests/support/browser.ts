import { existsSync } from 'node:fs'
import { type Browser, chromium, type Page } from 'playwright-core'

const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']

/** The Chromium that tests use: `STIER_TEST_CHROMIUM`, or one that the system has. Undefined: there is none. */
export const browserPath = process.env['STIER_TEST_CHROMIUM'] ?? PLACES.find(existsSync)

/** A browser for which there is no other machine than this one. */
export function openBrowser(executablePath: string): Promise<Browser> {
  const args = ['--no-sandbox', '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1']
  return chromium.launch({ executablePath, args })
}

/** What a page did, as far as nobody should have to look for it. */
export interface Watched {
  readonly page: Page
  /** Messages of the console that are warnings or errors, violations of the policy among them, and exceptions. */
  readonly complaints: readonly string[]
  /** Origins that it asked for anything. */
  readonly origins: ReadonlySet<string>
}

/** Less than a test has, so that what is waited for in vain is named. */
const WAIT_MS = 20_000

export async function openPage(browser: Browser): Promise<Watched> {
  const page = await browser.newPage()
  page.setDefaultTimeout(WAIT_MS)
  const complaints: string[] = []
  const origins = new Set<string>()
  page.on('console', message => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(error.message))
  page.on('request', request => {
    const { protocol, origin } = new URL(request.url())
    if (protocol !== 'data:' && protocol !== 'blob:') origins.add(origin)
  })
  return { page, complaints, origins }
}

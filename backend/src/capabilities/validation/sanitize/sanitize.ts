import { sanitizeHtmlText } from './html.ts'
import { sanitizeMarkdown } from './markdown.ts'
import { sanitizeUrl } from './url.ts'

/** What a text is, for the place that shows it. */
export type SanitizerKind = 'html' | 'markdown' | 'url'
export const SANITIZER_KINDS: readonly SanitizerKind[] = Object.freeze(['html', 'markdown', 'url'])

const SANITIZERS: Readonly<Record<SanitizerKind, (text: string) => string>> = Object.freeze({
  html: sanitizeHtmlText,
  markdown: sanitizeMarkdown,
  url: sanitizeUrl,
})

/**
 * The text without what would harm whoever sees it as HTML, as Markdown or as the target of a link. Doing it again changes
 * nothing more, and a text without markup comes back as it was.
 */
export function sanitize(kind: SanitizerKind, text: string): string {
  return SANITIZERS[kind](text)
}

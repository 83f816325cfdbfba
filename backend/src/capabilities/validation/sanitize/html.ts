import { createRequire } from 'node:module'
import type { IOptions } from 'sanitize-html'

/**
 * The allow-list: text, its structure, links and pictures. Nothing that runs, loads a style or a frame, or sends a form; links
 * lead to web pages and mail only.
 */
const ALLOWED: IOptions = {
  allowedTags: [
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'p', 'br', 'hr', 'blockquote', 'pre', 'div', 'span'],
    ...['ul', 'ol', 'li', 'dl', 'dt', 'dd', 'figure', 'figcaption', 'details', 'summary'],
    ...['a', 'abbr', 'b', 'cite', 'code', 'del', 'em', 'i', 'ins', 'kbd', 'mark', 'q', 's', 'samp'],
    ...['small', 'strong', 'sub', 'sup', 'time', 'u', 'var', 'img'],
    ...['table', 'caption', 'colgroup', 'col', 'thead', 'tbody', 'tfoot', 'tr', 'th', 'td'],
  ],
  allowedAttributes: {
    '*': ['title', 'lang', 'dir'],
    a: ['href'],
    img: ['src', 'alt', 'width', 'height'],
    ol: ['start', 'reversed'],
    td: ['colspan', 'rowspan'],
    th: ['colspan', 'rowspan', 'scope'],
    time: ['datetime'],
  },
  allowedSchemes: ['http', 'https', 'mailto'],
  allowedSchemesByTag: { img: ['http', 'https'] },
  allowProtocolRelative: false,
  disallowedTagsMode: 'discard',
  nestingLimit: 100,
}

/** Nothing in a browser begins with a smaller-than sign but this; `a < b` and `<3` are text. */
const MARKUP = /<[a-zA-Z/!?]/

type Sanitizer = (text: string, options: IOptions) => string
const require = createRequire(import.meta.url)
let sanitizer: Sanitizer | undefined

/** A text for the inside of an HTML element, with no markup but the harmless. One without markup comes back as it was. */
export function sanitizeHtmlText(text: string): string {
  if (!MARKUP.test(text)) return text
  sanitizer ??= require('sanitize-html') as Sanitizer // It loads many files: only for those who use it.
  return sanitizer(text, ALLOWED)
}

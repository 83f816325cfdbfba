import { ShapeBlockedError } from './errors.ts'

/** Attacks whose shape a text may have. */
export type ShapeKind = 'sql' | 'path' | 'template' | 'xss' | 'command'
export const SHAPE_KINDS: readonly ShapeKind[] = Object.freeze([
  'sql',
  'path',
  'template',
  'xss',
  'command',
])

/** All of these stand in a text of this kind. Each takes linear time, which its test judges. */
export interface Shape {
  readonly kind: ShapeKind
  readonly patterns: readonly RegExp[]
}

/** Longer texts are looked at up to here: an attack that is typed into a field is short. */
const LENGTH_MAX = 8_192
/** What names and most prose have nothing of. Of `%` only what stands for a character of a path: patterns of `like` have many. */
const SUSPICIOUS = /['"<>{}$;|&`\\]|%(?:2|5c|c0)|\.\.|--|\/\*|:\/\//i
const NONE: readonly ShapeKind[] = Object.freeze([])

/** Of lower-case texts. `{0,8}` rather than `*`: bounded from each place. */
export const SHAPES: readonly Shape[] = Object.freeze([
  // A quote or a number is left, and a condition that is always the same follows: ' or 1=1, ") and ("a"="a
  shape(
    'sql',
    /['")]\s{0,4}(?:or|and|\|\||&&)\s{1,4}\(?(?:'\w{0,8}'|"\w{0,8}"|\d{1,8})\s{0,4}(?:=|<|>|like\b)/,
  ),
  shape('sql', /['")]\s{0,4}(?:or|and)\s{1,4}['"(]{1,3}\w{0,8}['"]\s{0,4}=\s{0,4}['"(]/),
  shape('sql', /^-?\d{1,10}\)?\s{1,4}(?:or|and)\s{1,4}(?:not\s)?\d{1,8}\s{0,4}=\s{0,4}\d/),
  shape('sql', /^[^\s]?(?:-?\d{0,10}|\w{0,12}['"])\)?\s{1,4}union\s{1,4}(?:all\s{1,4})?select\s/),
  shape('sql', /['"]\)?\s{1,4}union\s{1,4}(?:all\s{1,4})?select\s/, /--|#|\/\*|null/),
  shape('sql', /(?:union|select|or|and)\/\*.{0,8}\*\/(?:all|select|\d|'|\w{1,10}\/\*)/),
  shape(
    'sql',
    /['"]\)?\s{0,4};\s{0,4}(?:drop|delete|insert|update|alter|create|exec|shutdown|truncate)\s/,
    /--\s{0,4}$/,
  ),
  shape(
    'sql',
    /^\w{0,12}\)?;\s{0,4}(?:drop|delete|insert|update|alter|exec|truncate)\s/,
    /(?:--|#|\/\*)\s{0,4}$/,
  ),
  shape('sql', /^\w{1,20}['"]\)?\s{0,4}(?:--|#|\/\*)\s{0,4}$/),
  shape(
    'sql',
    /(?:['")\d]\s{0,4}(?:or|and)|\|\||;)\s{0,4}\(?(?:select\s{1,4})?(?:\w{1,8}\s{0,4}from\s{0,4}\()?\(?(?:pg_sleep|sleep|benchmark)\s{0,4}\(/,
  ),
  shape('sql', /waitfor\s{1,4}delay\s{1,4}'\d/),
  shape('sql', /(?:extractvalue|updatexml)\s{0,4}\(\s{0,4}\w{1,8}\s{0,4},\s{0,4}concat\s{0,4}\(/),
  shape('sql', /exec(?:ute)?\s{1,4}(?:master\.{1,2})?xp_cmdshell/),
  // Up, and then to what nobody has to read.
  shape(
    'path',
    /\.\.[/\\]/,
    /etc[/\\](?:passwd|shadow|hosts)|win(?:dows|nt)[/\\]|(?:win|boot)\.ini|proc[/\\]self|\.ssh[/\\]|\.htaccess|web\.config|wp-config|id_rsa/,
  ),
  shape('path', /(?:%2e|\.){2}(?:%2f|%5c|%252f|%c0%af)|%2e%2e[/\\]|%252e%252e|%c0%ae/),
  shape('path', /\.{4}\/\/\.{4}\/\/|\.\.;\//),
  shape('path', /(?:php:\/\/(?:filter|input)|expect:\/\/|file:\/\/\/(?:etc|proc|c:))/),
  // A sum that shows whether somebody does it, and the ways to the machine below.
  shape(
    'template',
    /(?:\{\{|\$\{|#\{|<%=|\{%|@\()\s{0,4}['"]?\d{1,8}['"]?\s{0,2}\*\s{0,2}['"]?\d{1,8}['"]?\s{0,4}(?:\}|%>|\))/,
  ),
  shape('template', /\$\{(?:jndi:|\$\{|::-|(?:lower|upper):)/),
  shape(
    'template',
    /(?:\{\{|\{%|\$\{|<%)/,
    /__(?:class|mro|subclasses|globals|builtins|import)__|getruntime\(\)|processbuilder|popen\(|constructor\.constructor|t\(java\.lang/,
  ),
  // Markup that runs, and what such a thing does to show that it did.
  shape(
    'xss',
    /<\s{0,2}(?:script|svg|img|iframe|body|video|audio|object|embed|details|input|math|marquee|a)\b|javascript\s{0,2}:/,
    /(?:alert|prompt|confirm|eval|atob|settimeout)\s{0,2}[(`]|document\s{0,2}\.\s{0,2}(?:cookie|domain|location)|string\.fromcharcode|location\s{0,2}=/,
  ),
  shape('xss', /['"]\s{0,2}\/?>\s{0,2}<\s{0,2}(?:script|svg|img|iframe)\b/),
  shape(
    'xss',
    /\son(?:error|load|focus|mouseover|toggle|click)\s{0,2}=\s{0,2}['"]?(?:alert|prompt|confirm|eval)\b/,
  ),
  // A command ends, and another one begins.
  shape(
    'command',
    /(?:[;&|`\n]|\$\()\s{0,4}(?:\/(?:usr\/)?s?bin\/)?(?:cat|head|tail|less|more|type)\s{1,4}(?:\/etc\/(?:passwd|shadow|hosts)|c:\\)/,
  ),
  shape(
    'command',
    /(?:[;|]|&&|\$\(|`)\s{0,4}(?:whoami|id|uname -a|ifconfig|ipconfig|net user)\s{0,4}(?:[;|&)`#]|$)/,
  ),
  shape(
    'command',
    /(?:[;|&]|\$\(|`)\s{0,4}(?:ping\s{1,4}-[cn]\s{1,4}\d{1,4}\s{1,4}(?:127|localhost|\d)|sleep\s{1,4}\d{1,4}\s{0,4}(?:[;|&)`#]|$))/,
  ),
  shape(
    'command',
    /(?:nc|ncat|netcat)\s{1,4}(?:-\w{1,4}\s{1,4}){1,3}|bash\s{1,4}-i|\/dev\/tcp\//,
    /[;|&`]|\$\(/,
  ),
  shape('command', /^\(\)\s{0,4}\{\s{0,4}:;\s{0,4}\}/),
])

function shape(kind: ShapeKind, ...patterns: readonly RegExp[]): Shape {
  return { kind, patterns }
}

/**
 * The attacks that this text looks like, for whoever watches. A text that does may be quite ordinary, and an attack may look like
 * nothing: what is safe is safe by how values are handed on, not by this.
 */
export function recognise(text: string): readonly ShapeKind[] {
  if (!SUSPICIOUS.test(text) && !/\d\s{1,4}(?:or|and|union)\s/i.test(text)) return NONE
  const lower = text.slice(0, LENGTH_MAX).toLowerCase()
  const kinds = new Set<ShapeKind>()
  for (const { kind, patterns } of SHAPES) {
    if (!kinds.has(kind) && patterns.every(pattern => pattern.test(lower))) kinds.add(kind)
  }
  return kinds.size === 0 ? NONE : [...kinds]
}

/** Throws ST422 for a text that looks like one of these attacks. Only for whoever asks for it. */
export function blockShapes(text: string, blocked: readonly ShapeKind[], pointer = ''): void {
  const kind = recognise(text).find(each => blocked.includes(each))
  if (kind === undefined) return
  const detail = 'The text has a form that is not accepted here'
  throw new ShapeBlockedError([{ pointer, rule: kind, detail, hint: 'Write it in another way.' }])
}

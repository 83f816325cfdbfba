import { readdirSync, readFileSync } from 'node:fs'

/** Lines that say where a corpus comes from; a payload may begin with a plain `#`. */
const HEADER = '#: '
const FOLDER = new URL('corpus/', import.meta.url)

const NAMED: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', 0: '\0', '\\': '\\' }
const ESCAPE = /\\(?:([nrt0\\])|x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]+)\})/gi

/** Every payload of the corpora, as it is to be sent. */
export function readPayloads(): readonly string[] {
  const files = readdirSync(FOLDER).filter(name => name.endsWith('.txt'))
  const lines = files.flatMap(name => readFileSync(new URL(name, FOLDER), 'utf8').split('\n'))
  return [...new Set(lines.filter(isPayload).map(unescaped))]
}

function isPayload(line: string): boolean {
  return line !== '' && !line.startsWith(HEADER)
}

function unescaped(line: string): string {
  return line.replaceAll(
    ESCAPE,
    (_, name?: string, byte?: string, short?: string, long?: string) =>
      name === undefined
        ? String.fromCodePoint(Number.parseInt(byte ?? short ?? long ?? '', 16))
        : (NAMED[name] as string),
  )
}

type Variation = (payload: string) => string

/** Ways in which the same text is said differently, to get past whoever looks for the words. */
const VARIATIONS: readonly Variation[] = [
  text => text.toUpperCase(),
  text =>
    text.replaceAll(/[a-z]/gi, (letter, at: number) =>
      at % 2 === 0 ? letter.toUpperCase() : letter,
    ),
  text => text.replaceAll(' ', '/**/'),
  text => text.replaceAll(' ', '/*x*//*y*/'),
  text => text.replaceAll(' ', '\n'),
  text => text.replaceAll(' ', '\t'),
  text => text.replaceAll(' ', '\u00a0'),
  text => text.replaceAll(' ', '-- x\n'),
  text => text.replaceAll("'", '"'),
  text => text.replaceAll("'", '$$'),
  text => text.replaceAll("'", "''"),
  text => text.replaceAll("'", "\\'"),
  text => text.replaceAll("'", '\u2019'),
  text => text.replaceAll("'", '%27'),
  text => encoded(text),
  text => encodeURIComponent(encoded(text)),
  text => Buffer.from(text).toString('base64'),
  text => text.replaceAll(/[!-~]/g, sign => String.fromCharCode(sign.charCodeAt(0) + 0xfee0)),
  text =>
    text.replaceAll(/['"]/g, sign => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`),
  text => `1${text}`,
  text => `'${text}`,
  text => `"${text}`,
  text => `')${text}`,
  text => `"${text}"`,
  text => `'${text}'`,
  text => `(${text})`,
  text => `{${text}}`,
  text => `${text};--`,
  text => `${text}/*`,
  text => `${text}\0`,
  text => `name${text}`,
]

/** A half of a surrogate pair has no UTF-8: the sign for such a thing stands for it. */
function encoded(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString())
}

/** The corpora and all their variations, without what comes out twice: tens of thousands. */
export function varied(payloads: readonly string[]): readonly string[] {
  return [...new Set([...payloads, ...VARIATIONS.flatMap(vary => payloads.map(vary))])]
}

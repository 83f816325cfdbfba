import type { Notice } from './notice.ts'

/** What to type for all that is known of it. Names are a client's own text: a shell sees each as one word. */
export function commandOf({ alert: { principal } }: Pick<Notice, 'alert'>): string {
  const { ip, user } = principal
  const flags = [
    ip !== undefined && `--ip=${quoted(ip)}`,
    user !== undefined && `--user=${quoted(user)}`,
  ]
  return ['s-tier security timeline', ...flags.filter(flag => flag !== false)].join(' ')
}

const PLAIN = /^[\w.:/@-]+$/

function quoted(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

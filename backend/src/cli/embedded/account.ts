import { readFileSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** The user and group that a server runs as. */
export interface Account {
  readonly uid: number
  readonly gid: number
}

/**
 * PostgreSQL refuses to run as root. So as root its processes get another account: the owner of the data when
 * there are some, otherwise `nobody`, which every system has. Undefined: as ourselves.
 */
export function accountFor(dataDir: string): Account | undefined {
  if (process.getuid?.() !== 0) return undefined
  const existing = statSync(dataDir, { throwIfNoEntry: false })
  if (existing !== undefined && existing.uid !== 0) return { uid: existing.uid, gid: existing.gid }
  return nobody(readFileSync('/etc/passwd', 'utf8'))
}

/** The line of `nobody` in a passwd file. initdb needs an account that has one. */
export function nobody(passwd: string): Account {
  const [, uid, gid] = /^nobody:[^:]*:(-?\d+):(-?\d+):/m.exec(passwd) ?? []
  return { uid: Number(uid ?? 65534), gid: Number(gid ?? 65534) }
}

/** Which folder on the way to this path the account cannot enter; undefined when it can enter them all. */
export function closedFolder(path: string, account: Account | undefined): string | undefined {
  if (account === undefined) return undefined
  let closed: string | undefined
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    const stat = statSync(folder, { throwIfNoEntry: false })
    if (stat !== undefined && !mayEnter(stat, account)) closed = folder
    if (folder === dirname(folder)) return closed
  }
}

function mayEnter(stat: { mode: number; uid: number; gid: number }, account: Account): boolean {
  if (stat.uid === account.uid) return (stat.mode & 0o100) !== 0
  if (stat.gid === account.gid) return (stat.mode & 0o010) !== 0
  return (stat.mode & 0o001) !== 0
}

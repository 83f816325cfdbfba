import { open, rename } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whoever reads alerts knows who was attacked, and how. */
export const FILE_MODE = 0o600
export const FOLDER_MODE = 0o700

/** Either the old text or the new one is there, whatever happens meanwhile; the new one once this resolves. */
export async function writeDurably(path: string, text: string): Promise<void> {
  const draft = `${path}${DRAFT}`
  const file = await open(draft, 'w', FILE_MODE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
  await syncFolder(dirname(path))
}

/** The end of the names of files that were never completed. */
export const DRAFT = '.draft'

/** Names in a folder are written by this alone. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** A comment of the database in the two parts of a document. */
export interface Comment {
  readonly summary: string | undefined
  readonly description: string | undefined
}

/** The first line is the summary, what follows after blank lines the description. PostgREST: references/api/openapi. */
export function splitComment(comment: string | null | undefined): Comment {
  if (comment === null || comment === undefined || comment === '') return NONE
  const end = comment.indexOf('\n')
  if (end < 0) return { summary: comment, description: undefined }
  const rest = comment.slice(end).replace(/^\n+/, '')
  return { summary: comment.slice(0, end), description: rest === '' ? undefined : rest }
}

const NONE: Comment = Object.freeze({ summary: undefined, description: undefined })

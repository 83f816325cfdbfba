import { ARTICLE_COLUMNS, REVIEW_COLUMNS, REVIEWED_COLUMNS } from '../../peers/statements.ts'
import type { Asked } from './front.ts'

/** What is asked, whoever is asked. */
export type Question =
  | { readonly kind: 'article'; readonly id: number }
  | { readonly kind: 'articles'; readonly category: number }
  | { readonly kind: 'reviewed'; readonly category: number }

/** How a contestant is asked. */
export interface Words {
  read(question: Question): string
  write(id: number): string
}

const COLUMNS = ARTICLE_COLUMNS.join(',')
const REVIEWED = `${REVIEWED_COLUMNS.join(',')},article_reviews(${REVIEW_COLUMNS.join(',')})`

export const DIALECT: Words = {
  read(question) {
    switch (question.kind) {
      case 'article':
        return `/rest/v1/articles?id=eq.${question.id}&select=${COLUMNS}`
      case 'articles':
        return `/rest/v1/articles?category_id=eq.${question.category}&order=price,id&limit=20&select=${COLUMNS}`
      case 'reviewed':
        return `/rest/v1/articles?category_id=eq.${question.category}&order=id&limit=20&article_reviews.order=id&select=${REVIEWED}`
    }
  },
  write: id => `/rest/v1/articles?id=eq.${id}`,
}

export const ROUTES: Words = {
  read(question) {
    switch (question.kind) {
      case 'article':
        return `/articles/${question.id}`
      case 'articles':
        return `/articles?category=${question.category}`
      case 'reviewed':
        return `/articles-with-reviews?category=${question.category}`
    }
  },
  write: id => `/articles/${id}`,
}

export function get(path: string, headers: Asked['headers']): Asked {
  return { method: 'GET', path, headers }
}

export function patch(path: string, price: number): Asked {
  const body = JSON.stringify({ price })
  const headers = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
  }
  return { method: 'PATCH', path, headers, body }
}

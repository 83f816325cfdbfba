/** What the catalog tells. */
export type CatalogEvent =
  /** What is configured is allowed but will hardly do what was meant. */
  | { readonly kind: 'catalog.doubt'; readonly message: string }
  /** Read anew. `changed`: it differs from the one before, which was kept otherwise. */
  | {
      readonly kind: 'catalog.loaded'
      readonly durationMs: number
      readonly changed: boolean
      readonly counts: CatalogCounts
    }
  /** Reading failed: requests keep the catalog that there was, and it is read again after the pause. */
  | { readonly kind: 'catalog.load-failed'; readonly error: unknown; readonly retryInMs: number }
  /** Looking for changed definitions has begun to fail; told once until it works again. */
  | { readonly kind: 'catalog.check-failed'; readonly error: unknown }
  /** Notifications of the channel are asked for. */
  | { readonly kind: 'catalog.listening'; readonly channel: string }

export interface CatalogCounts {
  readonly relations: number
  readonly relationships: number
  readonly routines: number
}

/** What the identity room tells. */
export type IdentityEvent =
  /** Keys were read from a file or fetched; `changed` when they differ from those before. */
  | {
      readonly kind: 'identity.keys-loaded'
      readonly from: string
      readonly keys: number
      readonly changed: boolean
    }
  /** They could not be: the old ones, if any, stay in use. */
  | { readonly kind: 'identity.keys-failed'; readonly from: string; readonly error: Error }

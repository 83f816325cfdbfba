/** In whose name a request runs. */
export interface Identity {
  /** The database role. */
  readonly role: string
  /** The token's claims with `role` among them; for an anonymous request only `role`. */
  readonly claims: Readonly<Record<string, unknown>>
  /** The same as JSON text, for `request.jwt.claims`. Made once for a token. */
  readonly claimsText: string
  /** It runs as the anonymous role, with or without a token: what is not permitted answers 401 rather than 403. */
  readonly anonymous: boolean
  /** When the token ends, in milliseconds since 1970, without the leeway. */
  readonly expiresAt?: number
}

/** Headers as Node gives them: lower-case names. */
export type RequestHeaders = Readonly<Record<string, string | string[] | undefined>>

export interface IdentityService {
  /**
   * Whose request this is. Answers at once, except when keys must first be fetched from a URL: then a promise.
   * Throws (or rejects with) PGRST300 to PGRST303, or ST300 while no keys could be fetched yet.
   */
  identify(headers: RequestHeaders): Identity | Promise<Identity>
  /**
   * The same as far as it is known already and nothing is wrong: for those who can ask `identify` otherwise. It checks no
   * signature and never throws.
   */
  recall(headers: RequestHeaders): Identity | undefined
  /** Reads the key file or URL again. Never rejects: keys that cannot be read leave the old ones in place, and an event says so. */
  reload(): Promise<void>
  /** Stops fetching keys. */
  close(): void
}

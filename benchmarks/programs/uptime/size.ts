/** As many as in the mixed traffic of `uplift`. */
export const ARTICLES = 12_000
export const CATEGORIES = 600
export const REVIEWS_EACH = 3

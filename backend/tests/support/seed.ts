/**
 * The seed of every random test of this run: `STIER_TEST_SEED` where it is set, otherwise a new one. Print it, so that a
 * failure can be made to happen again.
 */
export const seed = Number(process.env['STIER_TEST_SEED'] ?? Date.now() % 2 ** 31)

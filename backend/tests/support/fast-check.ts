import fc from 'fast-check'
import { seed } from './seed.ts'

// Runs before every file of tests: what asks fast-check for no seed of its own has the seed of the run too.
fc.configureGlobal({ seed })

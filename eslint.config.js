import { builtinModules } from 'node:module'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

// What Biome formats is not discussed here; what the compiler finds is not repeated. Each rule stands for a mistake.
export default defineConfig(
  globalIgnores([
    ...['**/dist/', '**/coverage/', '**/.s-tier/', '**/node_modules/'],
    'backend/assets/docs/swagger-ui/',
    '**/*.generated.ts', // What a program wrote is checked where the program is.
  ]),
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // Types that say what they mean.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/consistent-type-exports': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/strict-void-return': 'off',
      // Numbers in messages are as readable as strings.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // `() => stop()` is how a promise-less callback is written.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // The compiler's noPropertyAccessFromIndexSignature asks for the brackets.
      '@typescript-eslint/dot-notation': 'off',
      // Implementations of an asynchronous interface need not wait for anything themselves.
      '@typescript-eslint/require-await': 'off',
      // Objects here are made by functions that close over their state: a method of theirs needs no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // The code points of a string are what most loops over one want.
      '@typescript-eslint/no-misused-spread': 'off',
      '@typescript-eslint/no-unused-vars': 'off', // tsc: noUnusedLocals, noUnusedParameters.
      // Size, as STYLE.md has it.
      complexity: ['error', { max: 12, variant: 'modified' }], // A flat switch counts once.
      'max-depth': ['error', 3],
      'max-params': ['error', 5],
      'max-nested-callbacks': ['error', 4],
      // Mistakes that no type shows.
      eqeqeq: 'error',
      'no-console': 'error',
      'no-param-reassign': 'error',
      'no-restricted-imports': ['error', { paths: builtinModules.map(requirePrefix) }],
      'prefer-const': 'error',
    },
  },
  {
    // A test states what must hold: it may assert on anything, and nest as its cases do.
    files: ['**/*.test.ts', 'backend/tests/**/*.ts'],
    rules: {
      'max-nested-callbacks': 'off',
      'no-console': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      '@typescript-eslint/use-unknown-in-catch-callback-variable': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      // What JSON.parse and a driver answer is compared whole: its type is what the test finds out.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    // Programs that talk to the person who started them.
    files: ['backend/src/main.ts', 'backend/src/cli/**', 'scripts/**', 'benchmarks/**'],
    rules: { 'no-console': 'off' },
  },
  {
    // Plain JavaScript that runs before anything is installed or built: only what needs no types.
    files: ['**/*.{js,mjs}'],
    rules: {
      complexity: ['error', { max: 12, variant: 'modified' }],
      'max-depth': ['error', 3],
      eqeqeq: 'error',
    },
  },
)

function requirePrefix(name) {
  return { name, message: `Write 'node:${name}'.` }
}

import js from '@eslint/js'
import reactHooks from 'eslint-plugin-react-hooks'
import { readdirSync } from 'node:fs'
import { URL } from 'node:url'
import tseslint from 'typescript-eslint'

const features = readdirSync(new URL('./src/features', import.meta.url))

const climbing = { regex: '^\\.\\./', message: 'Import across folders with "@/…".' }

/** Rooms are layered: lib <- api <- components <- features <- app. */
function mayNotImport(files, rooms, allowed = []) {
  const group = [...rooms.map((room) => `@/${room}/**`), ...allowed.map((room) => `!@/${room}/**`)]
  const message = 'This room may not import that one (see README.md).'
  return { files, rules: { 'no-restricted-imports': ['error', { patterns: [climbing, { group, message }] }] } }
}

export default tseslint.config(
  { ignores: ['dist', 'src/api/schema.d.ts'] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  reactHooks.configs.flat.recommended,
  {
    rules: {
      'no-restricted-imports': ['error', { patterns: [climbing] }],
      '@typescript-eslint/no-unused-vars': ['error', { ignoreRestSiblings: true }],
    },
  },
  mayNotImport(['src/lib/**'], ['api', 'components', 'features', 'app']),
  mayNotImport(['src/api/**'], ['components', 'features', 'app']),
  mayNotImport(['src/components/**'], ['features', 'app']),
  ...features.map((feature) => mayNotImport([`src/features/${feature}/**`], ['features', 'app'], [`features/${feature}`])),
)

import { builtinModules } from 'node:module'
import js from '@eslint/js'
import lit from 'eslint-plugin-lit'
import wc from 'eslint-plugin-wc'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/*
 * Import boundaries: bus ← server, bus ← web, and nothing else. The compiler refuses most crossings by itself (each
 * part is a project that knows only the bus); these rules name the boundary, and hold what the compiler can't know.
 */
const NODE = { regex: `^(node:|(${builtinModules.join('|')})(/|$))` }
const OPSWIRE = {
  regex: '^opswire(/|$)',
  message: 'Boundary: inside src, import the module itself, not the package.',
}
const SERVER = { regex: '^(\\.\\./)+(server/|index\\.js$)' }
const WEB = { regex: '^(\\.\\./)+web/' }

const BUS_MESSAGE = 'Boundary: src/bus is the isomorphic core; it imports nothing but itself and mitt.'
const BUS_IMPORTS = [
  { regex: '^(?!mitt$)[^.]', message: BUS_MESSAGE },
  { ...SERVER, message: BUS_MESSAGE },
  { ...WEB, message: BUS_MESSAGE },
]
const SERVER_IMPORTS = [
  { ...WEB, message: 'Boundary: src/server never imports src/web; it finds the built page by its path.' },
  {
    regex: '^lit(-html|-element)?(/|$)',
    message: 'Boundary: src/server renders nothing; Lit is for src/web.',
  },
  OPSWIRE,
]
const WEB_IMPORTS = [
  { ...SERVER, message: 'Boundary: src/web never imports src/server; what both need lives in src/bus.' },
  { ...NODE, message: 'Boundary: src/web runs in a browser; it imports no Node built-ins.' },
  OPSWIRE,
  {
    regex: '^lit(-html)?/directives/unsafe-',
    message: 'Markup comes from templates alone; a string from the feed is never markup.',
  },
  {
    regex: '^lit(-html)?/static(-html)?\\.js$',
    importNames: ['unsafeStatic'],
    message: 'Markup comes from templates alone; a string from the feed is never markup.',
  },
  {
    regex: '^lit(-html)?/directives/style-map\\.js$',
    message: 'styleMap first renders a style attribute, which a strict content security policy refuses.',
  },
  {
    regex: '^lit(-html)?/directives/repeat\\.js$',
    message: 'repeat leaks a comment node per removed row in lit-html 3.3.1 to 3.3.3.',
  },
]
const COMPONENT_IMPORTS = [
  ...WEB_IMPORTS,
  {
    regex: '(^|/)stream-client\\.js$',
    message: 'Boundary: components read the store through controllers; they never open a stream.',
  },
]

const MARKUP = '/^(innerHTML|outerHTML|srcdoc)$/'
const MARKUP_MESSAGE = 'Markup comes from templates alone; set textContent, or render with Lit.'
const RAW_MARKUP = [
  { selector: `AssignmentExpression[left.property.name=${MARKUP}]`, message: MARKUP_MESSAGE },
  {
    selector: 'CallExpression[callee.property.name=/^(insertAdjacentHTML|setHTMLUnsafe)$/]',
    message: MARKUP_MESSAGE,
  },
  {
    selector: 'TaggedTemplateExpression TemplateElement[value.raw=/(innerHTML|outerHTML|srcdoc)\\s*=/i]',
    message: MARKUP_MESSAGE,
  },
]

const PAGE_GLOBALS = [
  ...['document', 'window', 'location', 'history', 'console', 'customElements', 'EventSource', 'fetch'],
  ...['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'requestAnimationFrame'],
  ...['AbortController', 'FormData', 'TextDecoderStream', 'URL', 'URLSearchParams'],
]

/** @param {object[]} patterns */
const restrictImports = (patterns) => ({ 'no-restricted-imports': ['error', { patterns }] })

export default defineConfig(
  { ignores: ['dist', 'build', 'coverage'] },
  { linterOptions: { reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      '@typescript-eslint/prefer-nullish-coalescing': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      // Numbers and booleans read well in text; objects don't.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true, allowBoolean: true },
      ],
      // `() => stop()` is the plain way to write a callback, `return stop()` a plain early return.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // An index just checked, or a constant list: `!` says so, and a needless branch would say it worse.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // Values from a host, a socket or a file are checked whatever their declared type.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // Metrics are records by name, as they travel; a name leaves by `delete`.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // Factories return closures: their methods know no `this`.
      '@typescript-eslint/unbound-method': 'off',
      // What an abort signal or a caught error carries is passed on as it is.
      '@typescript-eslint/prefer-promise-reject-errors': [
        'error',
        { allowThrowingAny: true, allowThrowingUnknown: true },
      ],
      // An async Fastify handler without await is right: what it throws becomes a rejection.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
    },
  },
  {
    // Scripts and configuration files: the compiler checks them with scripts/tsconfig.json.
    files: ['**/*.{js,cjs}', '*.config.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { '@typescript-eslint/prefer-nullish-coalescing': 'off', 'no-undef': 'off' },
  },
  {
    // Plain browser scripts, which no compiler reads.
    files: ['examples/gateway/pages/**/*.js'],
    languageOptions: { globals: Object.fromEntries(PAGE_GLOBALS.map((name) => [name, 'readonly'])) },
    rules: { 'no-undef': 'error', 'no-restricted-syntax': ['error', ...RAW_MARKUP] },
  },
  {
    files: ['src/**', 'examples/**'],
    ignores: ['**/config.ts', 'examples/express-openai/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { object: 'process', property: 'env', message: 'Settings are read in config.ts and passed on.' },
      ],
    },
  },
  {
    files: ['src/bus/**', 'src/server/**', 'src/index.ts'],
    ignores: ['src/server/cli.ts'],
    rules: { 'no-console': 'error' },
  },
  { files: ['src/bus/**'], rules: restrictImports(BUS_IMPORTS) },
  { files: ['src/server/**', 'src/index.ts'], rules: restrictImports(SERVER_IMPORTS) },
  {
    files: ['src/web/**/*.ts'],
    extends: [lit.configs['flat/recommended'], wc.configs['flat/best-practice']],
    rules: {
      ...restrictImports(WEB_IMPORTS),
      'no-restricted-syntax': ['error', ...RAW_MARKUP],
      'lit/no-legacy-imports': 'error',
      'lit/no-this-assign-in-render': 'error',
      'lit/no-classfield-shadowing': 'error',
    },
  },
  { files: ['src/web/components/**'], rules: restrictImports(COMPONENT_IMPORTS) },
  {
    files: ['test/**'],
    rules: {
      // Tests read parsed JSON and messages of a page, whose types are what the test is about to find out.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/no-empty-function': 'off',
    },
  },
)

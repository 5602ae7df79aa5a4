import { readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { defineConfig, type BuildEnvironmentOptions, type Plugin } from 'vite'
import { minifyTemplates } from './scripts/minify-templates.js'

/**
 * package.json names the built modules that have side effects, not their sources, so that the bundler would take the
 * registration of the elements for dead code.
 */
const keepRegistration: Plugin = {
  name: 'keep-registration',
  transform: {
    filter: { id: /\/src\/web\/(define|embed)\.ts$/ },
    handler: (code) => ({ code, map: null, moduleSideEffects: true }),
  },
}

/** Vite's way to load a chunk also loads its style sheets, of which there are none here. */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => 'export const __vitePreload = (load) => load()',
  },
}

const COMPONENTS = fileURLToPath(new URL('src/web/components/', import.meta.url))
/** The elements that are not made of others, by their names. */
const SINGLE = readdirSync(COMPONENTS)
  .filter((file) => /^ops-(?!dashboard)[\w-]+\.ts$/.test(file))
  .map((file) => file.slice(0, -3))

const toClassName = (name: string) =>
  name.replace(/(^|-)(\w)/g, (_match, _dash, letter: string) => letter.toUpperCase())

/** Entries that register one element each. */
const singleElements: Plugin = {
  name: 'single-elements',
  resolveId: { filter: { id: /^single:/ }, handler: (id) => `\0${id}` },
  load: {
    filter: { id: /^\0single:/ },
    handler(id) {
      const name = id.slice('\0single:'.length)
      const className = toClassName(name)
      return {
        code:
          `import { ${className} } from '${COMPONENTS}${name}.ts'\n` +
          `if (!customElements.get('${name}')) customElements.define('${name}', ${className})`,
        moduleSideEffects: true,
      }
    },
  },
}

const build: BuildEnvironmentOptions = {
  outDir: '../../../dist/page',
  // The page's content security policy allows no data: address.
  assetsInlineLimit: 0,
}

const output = {
  chunkFileNames: 'embed/v1/chunks/[name]-[hash].js',
  assetFileNames: 'assets/[name]-[hash][extname]',
}

/** Builds the page and the embeddable elements into dist/page: all in one script, and each in one of its own. */
export default defineConfig({
  root: 'src/web/page',
  // Relative addresses, so that the page works under any prefix and behind any proxy's sub-path.
  base: './',
  plugins: [keepRegistration, plainImports, singleElements, minifyTemplates()],
  build: {
    ...build,
    emptyOutDir: true,
    modulePreload: false,
    // Other pages load these by name; their version is in the path.
    rolldownOptions: { output: { ...output, entryFileNames: 'embed/v1/ops.js' } },
  },
  environments: Object.fromEntries(
    SINGLE.map((name) => [
      toClassName(name),
      {
        consumer: 'client',
        build: {
          ...build,
          emptyOutDir: false,
          rolldownOptions: {
            input: { [name]: `single:${name}` },
            output: { ...output, entryFileNames: 'embed/v1/[name].js' },
          },
        },
      },
    ]),
  ),
  builder: {
    async buildApp(builder) {
      const { client, ssr: _none, ...single } = builder.environments
      for (const environment of [client!, ...Object.values(single)]) await builder.build(environment)
    },
  },
})

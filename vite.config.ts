import { defineConfig, type Plugin } from 'vite'

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

/** Builds the page and the embeddable elements into dist/page. */
export default defineConfig({
  root: 'src/web/page',
  // Relative addresses, so that the page works under any prefix and behind any proxy's sub-path.
  base: './',
  plugins: [keepRegistration],
  build: {
    outDir: '../../../dist/page',
    emptyOutDir: true,
    // The page's content security policy allows no data: address.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      output: {
        // Other pages load this one by name; its version is in the path.
        entryFileNames: 'embed/v1/ops.js',
        chunkFileNames: 'embed/v1/[name]-[hash].js',
        assetFileNames: 'assets/[name]-[hash][extname]',
      },
    },
  },
})

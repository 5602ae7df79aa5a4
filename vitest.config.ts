import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { findBrowser } from './scripts/browser.js'

const source = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export default defineConfig({
  resolve: {
    // What imports the package by its name (the sample gateway) is tested on the sources.
    alias: [
      { find: /^opswire$/, replacement: source('src/index.ts') },
      { find: /^opswire\/fastify$/, replacement: source('src/server/fastify.ts') },
    ],
  },
  test: {
    environment: 'node',
    // A rejection that nobody handles must fail a run as it would end a host.
    execArgv: ['--unhandled-rejections=strict'],
    // All processors and no more: what waits for a moment under load would wait past it.
    maxWorkers: availableParallelism(),
    // No test asserts how fast this machine is: what hangs is ended, what is slow is not.
    testTimeout: 20_000,
    hookTimeout: 20_000,
    // Each group starts when the one before is through: what fails fast comes first.
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/{bus,web,gateway,package}/**/*.test.ts'],
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'server', include: ['test/server/**/*.test.ts'], sequence: { groupOrder: 1 } },
      },
      {
        extends: true,
        test: {
          name: 'emitters',
          include: ['test/emitters/**/*.test.ts'],
          sequence: { groupOrder: 2 },
          // Each starts a program that loads a whole SDK; what they load themselves they share.
          testTimeout: 30_000,
          isolate: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'register',
          include: ['test/register/**/*.test.ts'],
          sequence: { groupOrder: 3 },
          // Each starts an app of its own and measures what it does: two at once would measure each other.
          fileParallelism: false,
          testTimeout: 30_000,
          hookTimeout: 30_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: ['test/e2e/**/*.test.ts'],
          sequence: { groupOrder: 4 },
          // Each file has a browser of its own, which takes several processors by itself.
          maxWorkers: 2,
          testTimeout: 30_000,
          hookTimeout: 30_000,
          env: { CHROMIUM_PATH: findBrowser() ?? '' },
        },
      },
    ],
  },
})

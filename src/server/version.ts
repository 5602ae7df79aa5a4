import { readFileSync } from 'node:fs'

/** opswire's own version. The package file stands two folders up, from the source as from the compiled file. */
export const VERSION = (
  JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string }
).version

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { expect, it } from 'vitest'

/*
 * docs/architecture.md is the map of the code: one line for each folder and file of the mapped folders, of the form
 *   - `src/bus/clock.ts`: what it is
 */
const ROOT = resolve(import.meta.dirname, '../..')
const DOCUMENT = 'docs/architecture.md'
const MAPPED = ['src', 'examples/gateway', 'examples/publish', 'scripts']
// Pages are told as a folder; what a compiler project is, the document tells once for all.
const UNMAPPED = /^examples\/gateway\/pages\/|(^|\/)tsconfig\.json$/

it('names every folder and file of the code', () => {
  const named = readNames()
  expect(listCode().filter((path) => !named.includes(path))).toEqual([])
})

it('names nothing that does not exist', () => {
  const gone = readNames().filter((name) => !existsSync(join(ROOT, name)))
  expect(gone).toEqual([])
})

it('names nothing twice', () => {
  const named = readNames()
  expect(named.filter((name, index) => named.indexOf(name) !== index)).toEqual([])
})

/** The paths that the document's lines name; a folder may end in a slash. */
function readNames(): string[] {
  const text = readFileSync(join(ROOT, DOCUMENT), 'utf8')
  return [...text.matchAll(/^ *- `([\w.-]+(?:\/[\w.-]+)*)\/?`: \S/gm)].map(([, path]) => path!)
}

/** The files that git has or would take, and the folders that hold them. */
function listCode(): string[] {
  const options = { cwd: ROOT, encoding: 'utf8' } as const
  const files = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '--', ...MAPPED], options)
    .split('\n')
    // A file removed but not yet committed is still listed.
    .filter((path) => path !== '' && existsSync(join(ROOT, path)))
  const folders = new Set(files.map((path) => dirname(path)).filter((path) => !MAPPED.includes(path)))
  return [...folders, ...files.filter((path) => !UNMAPPED.test(path))].sort()
}

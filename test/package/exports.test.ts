import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

/*
 * What a host gets: each entry of the built package, imported by its name in a plain Node process, where there is
 * neither a window nor this test runner's aliases.
 */
const ROOT = resolve(import.meta.dirname, '../..')

it('has exactly these entries', () => {
  const { exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(Object.keys(exports)).toEqual([
    '.',
    './fastify',
    './register',
    './otel',
    './elements',
    './custom-elements.json',
    './elements/define.js',
    './package.json',
  ])
})

it('gives the recorder', () => {
  expect(evaluate(`Object.keys(await import('opswire'))`)).toContain('createOps')
})

it('gives the Fastify plugin as the default export', () => {
  expect(evaluate(`typeof (await import('opswire/fastify')).default`)).toBe('function')
})

it('gives the span processor for OpenTelemetry', () => {
  expect(evaluate(`typeof (await import('opswire/otel')).OpsSpanProcessor`)).toBe('function')
})

it('gives what watches an app, which says nothing to one that is through at once', () => {
  const run = `console.log(typeof fetch)`
  const flags = ['--import', 'opswire/register', '--eval', run]
  expect(execFileSync(process.execPath, flags, { cwd: ROOT, encoding: 'utf8' })).toBe('function\n')
})

it('gives the elements, which only the other entry registers', () => {
  const [exported, before, after] = evaluate(`[
    Object.keys(await import('opswire/elements')),
    [...defined],
    await import('opswire/elements/define.js').then(() => defined),
  ]`) as string[][]
  expect(exported).not.toEqual([])
  expect(before).toEqual([])
  expect(after).not.toEqual([])
})

/** The value of a JavaScript expression in a process of its own, in which `defined` names the registered elements. */
function evaluate(expression: string): unknown {
  const script = `
    const defined = []
    globalThis.customElements = { define: (name) => void defined.push(name), get: () => undefined }
    console.log(JSON.stringify(${expression}))`
  const output = execFileSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  return JSON.parse(output)
}

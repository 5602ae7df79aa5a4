import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'

/*
 * dist/custom-elements.json tells editors what the elements take. Each thing it names is held against the classes, or
 * against the sources of the element: its own file and those of the same folder that it imports, also when it loads them
 * later.
 */
const ROOT = resolve(import.meta.dirname, '../..')
const COMPONENTS = join(ROOT, 'src/web/components')

interface Named {
  name: string
  kind?: string
}
interface Declaration {
  tagName: string
  name: string
  attributes: (Named & { fieldName: string })[]
  members: Named[]
  events?: Named[]
  cssParts?: Named[]
  cssProperties?: Named[]
}
interface ElementClass {
  observedAttributes: string[]
  elementProperties: Map<string, { state?: boolean }>
  prototype: object
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'dist/custom-elements.json'), 'utf8')) as {
  modules: { path: string; declarations: Declaration[] }[]
}
const declarations = manifest.modules.flatMap((module) => module.declarations)
const defined = new Map<string, ElementClass>()

beforeAll(async () => {
  Object.assign(globalThis, {
    customElements: {
      get: () => undefined,
      define: (name: string, element: ElementClass) => void defined.set(name, element),
    },
  })
  await import('../../src/web/define.js')
})

const names = (items: readonly Named[] = []): string[] => items.map(({ name }) => name).sort()

/** The sources that make up an element. */
function sourcesOf(file: string, seen = new Set<string>()): string {
  const path = join(COMPONENTS, file)
  if (seen.has(path) || !existsSync(path)) return ''
  seen.add(path)
  const text = readFileSync(path, 'utf8').replace(/^import type [^']*'[^']*'$/gm, '')
  const imports = [...text.matchAll(/(?:from|import\() ?'\.\/([\w-]+)\.js'/g)]
    .map(([, name]) => `${name!}.ts`)
    // Elements inside others have sources of their own.
    .filter((name) => !name.startsWith('ops-'))
  return [text, ...imports.map((name) => sourcesOf(name, seen))].join('\n')
}

const found = (text: string, pattern: RegExp): string[] =>
  [...new Set([...text.matchAll(pattern)].flatMap(([, value]) => value!.split(' ')))].sort()

it('names every element that is registered, in the file that is shipped', () => {
  expect(declarations.map(({ tagName }) => tagName).sort()).toEqual([...defined.keys()].sort())
  for (const { path } of manifest.modules) expect(existsSync(join(ROOT, path)), path).toBe(true)
  const { customElements, exports } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  expect(join(ROOT, customElements as string)).toBe(join(ROOT, 'dist/custom-elements.json'))
  expect(exports['./custom-elements.json']).toBe(`./${customElements as string}`)
})

describe.each(declarations)(
  '$tagName',
  ({ tagName, attributes, members, events, cssParts, cssProperties }) => {
    const sources = sourcesOf(`${tagName}.ts`)

    it('has the attributes, properties and methods that are named, and no others', () => {
      const element = defined.get(tagName)!
      expect(names(attributes)).toEqual([...element.observedAttributes].sort())
      const fields = members.filter(({ kind }) => kind === 'field')
      const own = [...element.elementProperties]
        .filter(([, { state }]) => state !== true)
        .map(([name]) => name)
      expect(names(fields)).toEqual(own.sort())
      for (const { name } of members.filter(({ kind }) => kind === 'method')) {
        expect(typeof Reflect.get(element.prototype, name), name).toBe('function')
      }
    })

    it('fires the events that are named, and no others', () => {
      const fired = found(sources, /(?:new CustomEvent(?:<[^>]*>)?\(\s*|super\()'(ops-[\w-]+)'/g)
      const inherited = tagName === 'ops-requests' || tagName === 'ops-calls' ? ['ops-view-change'] : []
      expect(names(events)).toEqual([...new Set([...fired, ...inherited])].sort())
    })

    it('has the parts and custom properties that are named, and no others', () => {
      expect(names(cssParts)).toEqual(found(sources, /(?:\bpart="|'part', '|\.part = ')([\w -]+)["']/g))
      const used = found(sources, /var\(\s*(--ops-[\w-]+)/g)
      // What only hands its theme on has no style of its own.
      if (tagName !== 'ops-stream') {
        expect(names(cssProperties)).toEqual([...new Set([...used, '--ops-scheme'])].sort())
      }
    })
  },
)

it('each is known to the compiler by its tag', () => {
  const all = declarations
    .map(({ tagName }) => readFileSync(join(ROOT, 'dist/web/components', `${tagName}.d.ts`), 'utf8'))
    .join('\n')
  for (const { tagName, name } of declarations) expect(all).toContain(`'${tagName}': ${name};`)
})

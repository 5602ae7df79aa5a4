// A loader of TypeScript, as such loaders are: hooks in a thread of their own that compile what is imported.
import { register } from 'node:module'

const hooks = `
import { readFile } from 'node:fs/promises'
import ts from ${JSON.stringify(import.meta.resolve('typescript'))}

export async function load(url, context, next) {
  if (!url.endsWith('.ts')) return next(url, context)
  const code = await readFile(new URL(url), 'utf8')
  const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 }
  return { format: 'module', shortCircuit: true, source: ts.transpileModule(code, { compilerOptions }).outputText }
}`
register(`data:text/javascript,${encodeURIComponent(hooks)}`)

import { ESLint } from 'eslint'
import { dirname, join, resolve } from 'node:path'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'

/*
 * Each crossing is tried on both enforcers as a file that is not on disk: the compiler gets it as one more file of
 * the part, the linter as text with a path.
 */
const ROOT = resolve(import.meta.dirname, '../..')

/** A file of a part, what it tries to import, and what the two answer. */
interface Crossing {
  name: string
  file: string
  imports: string
  compiler: RegExp
  linter: RegExp
}

// "not listed": the file is outside the parts that this part's project may see.
const NOT_LISTED = /is not listed within the file list of project/
const NO_SUCH_MODULE = /Cannot find (module|name) 'node:fs'/

const CROSSINGS: Crossing[] = [
  {
    name: 'bus to server',
    file: 'src/bus/probe.ts',
    imports: '../server/fastify.js',
    compiler: NOT_LISTED,
    linter: /^Boundary: src\/bus /,
  },
  {
    name: 'bus to web',
    file: 'src/bus/probe.ts',
    imports: '../web/index.js',
    compiler: NOT_LISTED,
    linter: /^Boundary: src\/bus /,
  },
  {
    name: 'bus to Node',
    file: 'src/bus/probe.ts',
    imports: 'node:fs',
    compiler: NO_SUCH_MODULE,
    linter: /^Boundary: src\/bus /,
  },
  {
    name: 'server to web',
    file: 'src/server/routes/probe.ts',
    imports: '../../web/index.js',
    compiler: NOT_LISTED,
    linter: /^Boundary: src\/server /,
  },
  {
    name: 'web to server',
    file: 'src/web/components/probe.ts',
    imports: '../../server/fastify.js',
    compiler: NOT_LISTED,
    linter: /^Boundary: src\/web /,
  },
  {
    name: 'web to Node',
    file: 'src/web/probe.ts',
    imports: 'node:fs',
    compiler: NO_SUCH_MODULE,
    linter: /^Boundary: src\/web /,
  },
]

describe('a boundary between the parts', () => {
  for (const { name, file, imports, compiler, linter } of CROSSINGS) {
    const text = `import * as probe from '${imports}'\nexport const names = Object.keys(probe)\n`

    it(`stops ${name} in the compiler`, { timeout: 20_000 }, () => {
      expect(compile(file, text).filter((message) => compiler.test(message))).not.toEqual([])
    })

    it(`stops ${name} in the linter`, async () => {
      expect(await lint(file, text)).toEqual([expect.stringMatching(linter)])
    })
  }

  it('lets server and web import the bus', { timeout: 20_000 }, async () => {
    const text = `import { PROTOCOL_VERSION } from '../bus/protocol.js'\nexport const names = [PROTOCOL_VERSION]\n`
    for (const file of ['src/server/probe.ts', 'src/web/probe.ts']) {
      expect(compile(file, text)).toEqual([])
      expect(await lint(file, text)).toEqual([])
    }
  })
})

describe('a component', () => {
  it('never opens a stream', async () => {
    const text = `import { createStreamClient } from '../stream-client.js'\nexport const open = createStreamClient\n`
    expect(await lint('src/web/components/probe.ts', text)).toEqual([
      expect.stringMatching(/never open a stream/),
    ])
    expect(await lint('src/web/probe.ts', text)).toEqual([])
  })
})

/** What the compiler says about `text` as one more file of the part it lies in, with the options of that part. */
function compile(file: string, text: string): string[] {
  const probe = join(ROOT, file)
  const configFile = join(ROOT, ...file.split('/').slice(0, 2), 'tsconfig.json')
  const config = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configFile, (path) => ts.sys.readFile(path)).config,
    ts.sys,
    dirname(configFile),
    undefined,
    configFile,
  )
  const host: ts.CompilerHost & { useSourceOfProjectReferenceRedirect?(): boolean } = ts.createCompilerHost(
    config.options,
  )
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = (path) => path === probe || fileExists(path)
  host.readFile = (path) => (path === probe ? text : readFile(path))
  host.getSourceFile = (path, ...rest) =>
    path === probe ? ts.createSourceFile(path, text, ts.ScriptTarget.ES2022) : getSourceFile(path, ...rest)
  // As in `tsc -b`, but with no need of a build: another project is read from its sources.
  host.useSourceOfProjectReferenceRedirect = () => true
  const program = ts.createProgram({
    rootNames: [...config.fileNames, probe],
    options: config.options,
    projectReferences: config.projectReferences ?? [],
    host,
  })
  const diagnostics = [
    ...program.getOptionsDiagnostics(),
    ...program.getSemanticDiagnostics(program.getSourceFile(probe)),
  ]
  return diagnostics.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'))
}

/** What the rules on imports say about `text`. They need no types, so none are computed. */
async function lint(file: string, text: string): Promise<string[]> {
  const eslint = new ESLint({
    cwd: ROOT,
    ruleFilter: ({ ruleId }) => ruleId === 'no-restricted-imports',
    overrideConfig: { languageOptions: { parserOptions: { projectService: false } } },
  })
  const results = await eslint.lintText(text, { filePath: join(ROOT, file) })
  // ESLint puts its own words before the rule's message.
  return results.flatMap(({ messages }) =>
    messages.map(({ message }) => message.replace(/^.*? pattern\. /s, '')),
  )
}

import { readFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

export interface PackageFacts {
  name?: string | undefined
  version?: string | undefined
}

/** What the nearest package.json says of the app: around the program that was started, else around the folder it runs in. */
export function readPackageFacts(program: string | undefined, folder: string): PackageFacts {
  const around = program === undefined ? undefined : findFrom(dirname(resolve(folder, program)))
  return around ?? findFrom(folder) ?? {}
}

function findFrom(folder: string): PackageFacts | undefined {
  for (let at = folder; ; at = dirname(at)) {
    const facts = readFacts(join(at, 'package.json'))
    if (facts !== undefined) return facts
    if (dirname(at) === at) return undefined
  }
}

function readFacts(file: string): PackageFacts | undefined {
  try {
    const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    if (typeof name !== 'string' || name === '') return undefined
    return { name, version: typeof version === 'string' ? version : undefined }
  } catch {
    return undefined
  }
}

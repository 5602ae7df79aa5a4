import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fail, npm, quietly, root } from './run.js'

const STAMP = join(root, 'build', '.sources.json')
const OUTPUTS = ['dist', 'build/gateway']
const SOURCES = /^(src|examples|vite\.config\.ts|tsconfig.*\.json|package(-lock)?\.json)$/

/** Ends this process, with one line saying why, when this Node is older than package.json's engines allow. */
export function requireNode() {
  const needed = readJson('package.json').engines.node.replace(/[^\d.]/g, '')
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [neededMajor, neededMinor] = needed.split('.').map(Number)
  if (major < neededMajor || (major === neededMajor && minor < neededMinor)) {
    fail(`Node ${needed} or newer is needed; this is Node ${process.versions.node}.`)
  }
}

/** Installs what package-lock.json asks for, unless exactly that is installed. */
export async function install() {
  // A host that sets NODE_ENV=production would leave out the compiler.
  if (!isInstalled())
    await quietly('installing', [...npm(), 'ci', '--include=dev', '--no-fund', '--no-audit'])
}

/** Builds the package, the page and the sample gateway, unless that was done from the same sources. */
export async function build() {
  const sources = hashSources()
  const built = existsSync(STAMP) ? JSON.parse(readFileSync(STAMP, 'utf8')) : {}
  if (isBuilt() && JSON.stringify(built) === JSON.stringify(sources)) return
  // The compiler never removes what it wrote for a source that is gone.
  if (Object.keys(built).some((file) => !(file in sources))) {
    for (const output of OUTPUTS) rmSync(join(root, output), { recursive: true, force: true })
  }
  rmSync(STAMP, { force: true })
  await quietly('building', [...npm(), 'run', 'build'])
  mkdirSync(join(root, 'build'), { recursive: true })
  writeFileSync(STAMP, JSON.stringify(sources))
}

/**
 * Compares npm's record of what it installed with the lockfile: this sees a changed lockfile, an installation that
 * broke off (the record is written last) and one without development packages, and trusts an `npm install` by hand.
 */
function isInstalled() {
  const record = 'node_modules/.package-lock.json'
  if (!existsSync(join(root, record))) return false
  const installed = readJson(record).packages
  return Object.entries(readJson('package-lock.json').packages).every(([path, wanted]) => {
    if (path === '') return true
    const found = installed[path]
    // Optional packages are those of other platforms.
    return found ? found.version === wanted.version && found.integrity === wanted.integrity : wanted.optional
  })
}

function isBuilt() {
  return existsSync(join(root, 'dist/index.js')) && existsSync(join(root, 'build/gateway/main.js'))
}

/**
 * The hash of each file that the build depends on.
 * @returns {Record<string, string>}
 */
function hashSources() {
  const files = readdirSync(root)
    .filter((name) => SOURCES.test(name))
    .flatMap((name) => listFiles(join(root, name)))
  return Object.fromEntries(
    files.map((file) => [
      relative(root, file),
      createHash('sha256').update(readFileSync(file)).digest('hex'),
    ]),
  )
}

/**
 * @param {string} path a file or folder
 * @returns {string[]}
 */
function listFiles(path) {
  try {
    return readdirSync(path)
      .sort()
      .flatMap((name) => listFiles(join(path, name)))
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'ENOTDIR') return [path]
    throw error
  }
}

/** @param {string} path */
function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'))
}

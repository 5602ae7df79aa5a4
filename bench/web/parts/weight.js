import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const EMBED = fileURLToPath(new URL('../../../dist/page/embed/v1/', import.meta.url))

/** Chunks that a desktop dashboard loads without being asked to. */
const IN_SIGHT = ['log-body']
const CHART = 'latency-plot'

/**
 * What the built scripts weigh, in bytes after gzip.
 * @typedef {object} Weights
 * @property {Record<string, number>} singles each element's own script, by its name
 * @property {number} all the script with all elements
 * @property {number} chart what draws the chart
 * @property {Record<string, number>} inSight chunks that come with a panel in sight
 * @property {Record<string, number>} onUse chunks that are loaded when something is used
 */

/** @returns {Weights} */
export function weighScripts() {
  const scripts = readdirSync(EMBED).filter((file) => file.endsWith('.js'))
  const chunks = chunksOf('ops.js')
  return {
    singles: Object.fromEntries(
      scripts.filter((file) => file !== 'ops.js').map((file) => [file.slice(0, -3), weigh(file)]),
    ),
    all: weigh('ops.js'),
    chart: sum(chunks, (name) => name === CHART),
    inSight: toWeights(chunks, (name) => IN_SIGHT.includes(name)),
    onUse: toWeights(chunks, (name) => name !== CHART && !IN_SIGHT.includes(name)),
  }
}

/** @param {string} file below the folder of the elements */
const weigh = (file) => gzipSync(readFileSync(EMBED + file), { level: 9 }).length

/** The chunks that a script loads by itself or later, by their names. @param {string} script */
function chunksOf(script) {
  /** @type {Map<string, string>} */
  const found = new Map()
  /** @param {string} file */
  const visit = (file) => {
    for (const [, name, hash] of readFileSync(EMBED + file, 'utf8').matchAll(/\/([\w-]+)-([\w-]{8})\.js/g)) {
      const chunk = `chunks/${name}-${hash}.js`
      if (found.has(/** @type {string} */ (name))) continue
      found.set(/** @type {string} */ (name), chunk)
      visit(chunk)
    }
  }
  visit(script)
  return found
}

/**
 * @param {Map<string, string>} chunks
 * @param {(name: string) => boolean} isWanted
 */
const toWeights = (chunks, isWanted) =>
  Object.fromEntries(
    [...chunks].filter(([name]) => isWanted(name)).map(([name, file]) => [name, weigh(file)]),
  )

/**
 * @param {Map<string, string>} chunks
 * @param {(name: string) => boolean} isWanted
 */
const sum = (chunks, isWanted) =>
  Object.values(toWeights(chunks, isWanted)).reduce((total, bytes) => total + bytes, 0)

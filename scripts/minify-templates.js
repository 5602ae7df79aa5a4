// Makes the built elements lighter: what minifiers of JavaScript leave alone, the texts inside css`…` and html`…`.
import { transform } from 'lightningcss'

/** @typedef {{ start: number, end: number, text: string }} Edit */

/** @returns {import('vite').Plugin} */
export function minifyTemplates() {
  return {
    name: 'minify-templates',
    // The compiler's output, not TypeScript, is what the parser reads.
    enforce: 'post',
    transform: {
      filter: { id: /\/src\/web\/.*\.ts$/, code: /(css|html|svg)`/ },
      handler(code, id) {
        /** @type {Edit[]} */
        const edits = []
        collect(this.parse(code), id, edits)
        edits.sort((a, b) => b.start - a.start)
        let short = code
        for (const { start, end, text } of edits) short = short.slice(0, start) + text + short.slice(end)
        return { code: short, map: null }
      },
    },
  }
}

/**
 * Finds the pieces of tagged templates below a node of the syntax tree.
 * @param {any} node
 * @param {string} id
 * @param {Edit[]} edits
 */
function collect(node, id, edits) {
  if (node === null || typeof node !== 'object') return
  if (node.type === 'TaggedTemplateExpression' && typeof node.tag.name === 'string') {
    const { quasis } = node.quasi
    for (const { start, end, value } of quasis) {
      const text = node.tag.name === 'css' ? toShortCss(value, id, quasis.length) : toShortMarkup(value.raw)
      if (/^(css|html|svg)$/.test(node.tag.name) && text !== value.raw) edits.push({ start, end, text })
    }
  }
  for (const value of Object.values(node)) collect(value, id, edits)
}

/**
 * @param {{ cooked: string }} value
 * @param {string} filename
 * @param {number} pieces
 */
function toShortCss({ cooked }, filename, pieces) {
  if (pieces > 1) throw new Error(`${filename}: a style sheet with an expression in it can't be minified`)
  const { code } = transform({ filename, code: Buffer.from(cooked), minify: true })
  return code.toString().replace(/[\\`]|\$\{/g, (sign) => `\\${sign}`)
}

/** Line breaks between words and tags become one blank, which a browser shows alike. @param {string} raw */
const toShortMarkup = (raw) => raw.replace(/\s*\n\s*/g, ' ')

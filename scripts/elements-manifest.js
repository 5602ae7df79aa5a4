// What `custom-elements-manifest analyze` is run with by npm run build: dist/custom-elements.json, from which editors know
// the elements. Only what is public is left, at the places that the package ships.
import { basename } from 'node:path'

/** @typedef {{ name?: string, privacy?: string, fieldName?: string }} Named */

export default {
  globs: ['src/web/components/*.ts'],
  outdir: 'dist',
  litelement: true,
  quiet: true,
  packagejson: false,
  plugins: [{ name: 'public-only', packageLinkPhase: publicOnly }],
}

/** @param {{ customElementsManifest: any }} context */
function publicOnly({ customElementsManifest: manifest }) {
  manifest.modules = manifest.modules
    .map(toShipped)
    .filter((/** @type {any} */ { declarations }) => declarations.length > 0)
}

/** @param {any} module */
function toShipped({ kind, path, declarations }) {
  const tagName = basename(path, '.ts')
  const shipped = `dist/web/components/${tagName}.js`
  const elements = /^ops-/.test(tagName)
    ? declarations
        .filter((/** @type {any} */ { superclass }) => superclass)
        .map((/** @type {any} */ declaration) => toPublic({ ...declaration, tagName, customElement: true }))
    : []
  const exports = elements.flatMap((/** @type {any} */ { name }) => {
    const declaration = { name, module: shipped }
    return [
      { kind: 'js', name, declaration },
      { kind: 'custom-element-definition', name: tagName, declaration },
    ]
  })
  return { kind, path: shipped, declarations: elements, exports }
}

/** @param {any} element */
function toPublic({ ...element }) {
  // What it comes from is none of the package's.
  delete element.superclass
  /** @type {Named[]} */
  const members = (element.members ?? []).filter(
    (/** @type {Named} */ { name = '', privacy = 'public' }) => privacy === 'public' && !LIT.test(name),
  )
  const fields = members.map(({ name }) => name)
  return {
    ...element,
    members: members.map(toOwn),
    attributes: (element.attributes ?? [])
      .filter((/** @type {Named} */ { fieldName }) => fields.includes(fieldName))
      .map(toOwn),
    events: (element.events ?? [])
      .filter((/** @type {Named} */ { name = '' }) => name.startsWith('ops-'))
      .map(toOwn),
  }
}

/** What elements of Lit do by themselves. */
const LIT = /^(connectedCallback|disconnectedCallback|render|firstUpdated|updated|willUpdate|shouldUpdate)$/

/** @param {any} item */
function toOwn({ ...item }) {
  delete item.inheritedFrom
  return item
}

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import pixelmatch from 'pixelmatch'
import { PNG } from 'pngjs'

const ROOT = resolve(import.meta.dirname, '../..')
const APPROVED = join(ROOT, 'test/e2e/approved')
/** Where what differs is put. */
const FOUND = join(ROOT, 'build/look')

/** Approved pictures are of half the size and of fewer colours: they stay in the repository. */
const KEPT = 2
const COLOUR_STEP = 8
/** Pixels of a side that are looked at as one: how a browser draws a letter must not count, where it stands does. */
const BLOCK = 4
/** Difference of one block's colour from which on it counts, 0 to 1. */
const THRESHOLD = 0.12

/**
 * The share of a picture, 0 to 1, that differs from the approved one of that name; 1 when there is none or its size
 * differs. With APPROVE_LOOK=1 the picture becomes the approved one.
 */
export function compareWithApproved(name: string, picture: Buffer): number {
  const approved = join(APPROVED, `${name}.png`)
  if (process.env['APPROVE_LOOK'] === '1') {
    const kept = shrink(PNG.sync.read(picture), KEPT)
    kept.data = kept.data.map((value) =>
      Math.min(255, Math.round(value / COLOUR_STEP) * COLOUR_STEP),
    ) as Buffer
    write(approved, PNG.sync.write(kept, { colorType: 2, deflateLevel: 9 }))
    return 0
  }
  const found = shrink(PNG.sync.read(picture), BLOCK)
  const wanted = existsSync(approved)
    ? shrink(PNG.sync.read(readFileSync(approved)), BLOCK / KEPT)
    : undefined
  if (wanted?.width !== found.width || wanted.height !== found.height) {
    write(join(FOUND, `${name}.png`), picture)
    return 1
  }
  const { width, height } = found
  const difference = new PNG({ width, height })
  const count = pixelmatch(wanted.data, found.data, difference.data, width, height, { threshold: THRESHOLD })
  if (count > 0) {
    write(join(FOUND, `${name}.png`), picture)
    write(join(FOUND, `${name}-difference.png`), PNG.sync.write(difference))
  }
  return count / (width * height)
}

function write(path: string, data: Buffer): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, data)
}

/** Each block of so many pixels a side becomes one of its mean colour. */
function shrink({ width, height, data }: PNG, block: number): PNG {
  const small = new PNG({ width: Math.floor(width / block), height: Math.floor(height / block) })
  for (let y = 0; y < small.height; y++) {
    for (let x = 0; x < small.width; x++) {
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0
        for (let row = 0; row < block; row++) {
          for (let column = 0; column < block; column++) {
            sum += data[((y * block + row) * width + x * block + column) * 4 + channel]!
          }
        }
        small.data[(y * small.width + x) * 4 + channel] = sum / block ** 2
      }
    }
  }
  return small
}

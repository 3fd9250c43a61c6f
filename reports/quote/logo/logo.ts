import { JoulemarkError } from '../../../harness/errors.ts'
import { safeSvg } from './svg.ts'

/** The most that a logo may weigh: it is embedded in every page. */
export const LOGO_MAX_BYTES = 256 * 1024

/** The longest side of a PNG or JPEG, in pixels: a small file can unpack to an image that fills the memory of a reader. */
const MAX_SIDE = 4096

/**
 * The bytes of a logo as a data URI. Its kind is read from its first bytes, not from its name. Throws `bad-input`, with the
 * name of the file, for another kind, for one that is too large, and for an SVG that acts or loads something.
 */
export function logoUri(name: string, bytes: Uint8Array): string {
  const refuse = (why: string): never => {
    throw new JoulemarkError('bad-input', `seller.logo ${name}: ${why}`)
  }
  if (bytes.length > LOGO_MAX_BYTES) return refuse(`expected at most ${LOGO_MAX_BYTES / 1024} KiB`)
  const image = Buffer.from(bytes)
  const raster = isPng(image) ? pngSize(image) : isJpeg(image) ? jpegSize(image) : null
  if (raster !== null) {
    const { kind, width, height } = raster
    if (!(width > 0 && height > 0)) return refuse(`its size cannot be read; expected a complete ${kind} file`)
    if (Math.max(width, height) > MAX_SIDE)
      return refuse(`expected at most ${MAX_SIDE} pixels a side, got ${width} x ${height}`)
    return `data:image/${kind};base64,${image.toString('base64')}`
  }
  const text = image.toString('utf8')
  if (!/^\uFEFF?\s*</.test(text) || !/<svg[\s>]/i.test(text)) return refuse('expected a PNG, JPEG or SVG file')
  const safe = safeSvg(text)
  if ('reason' in safe) return refuse(`this SVG is not embedded: ${safe.reason}; export it as plain SVG, or as PNG`)
  return `data:image/svg+xml;base64,${Buffer.from(safe.svg, 'utf8').toString('base64')}`
}

interface Raster {
  readonly kind: 'png' | 'jpeg'
  readonly width: number
  readonly height: number
}

const isPng = (image: Buffer): boolean => image.subarray(0, 8).equals(Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]))
const isJpeg = (image: Buffer): boolean => image.length > 3 && image.readUIntBE(0, 3) === 0xff_d8_ff

/** Width and height stand in the first chunk, IHDR (PNG specification, 11.2.1). */
function pngSize(image: Buffer): Raster {
  const isWhole = image.length >= 24 && image.toString('latin1', 12, 16) === 'IHDR'
  const at = (place: number) => (isWhole ? image.readUInt32BE(place) : 0)
  return { kind: 'png', width: at(16), height: at(20) }
}

/** Height and width stand in the start-of-frame segment, SOF0 to SOF15 (ITU-T T.81, B.2.2). */
function jpegSize(image: Buffer): Raster {
  for (let place = 2; place + 9 < image.length; ) {
    if (image[place] !== 0xff) break
    const marker = image[place + 1] ?? 0
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { kind: 'jpeg', height: image.readUInt16BE(place + 5), width: image.readUInt16BE(place + 7) }
    // fill bytes stand before a marker
    place += marker === 0xff ? 1 : 2 + image.readUInt16BE(place + 2)
  }
  return { kind: 'jpeg', width: 0, height: 0 }
}

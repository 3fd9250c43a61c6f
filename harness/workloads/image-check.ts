import { promisify } from 'node:util'
import { inflate } from 'node:zlib'

/** The result of an image check: format and size, or why it is not a valid image. */
export type ImageVerdict =
  | { readonly ok: true; readonly format: 'png' | 'jpeg' | 'webp'; readonly width: number; readonly height: number }
  | { readonly ok: false; readonly why: string }

const inflateAsync = promisify(inflate)
const PNG_SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex')
/** Maximum inflated size: far above a real 1024 x 1024 picture, so that a compression bomb cannot fill memory. */
const MAX_PIXEL_BYTES = 256 * 2 ** 20
/** A JPEG or WebP with fewer bytes per pixel is blank: a flat colour takes up to 0.02. */
const FLAT_BYTES_PER_PIXEL = 0.03

const invalid = (why: string): ImageVerdict => ({ ok: false, why })

/**
 * Whether bytes are an image of the requested size and not blank. PNG: signature, header, and inflated pixels.
 * JPEG and WebP: header and the number of bytes per pixel.
 */
export async function checkImage(bytes: Buffer, size: string): Promise<ImageVerdict> {
  const image = await identify(bytes)
  if (!image.ok) return image
  const found = `${image.width}x${image.height}`
  return found === size ? image : invalid(`${image.format} of ${found}, expected ${size}`)
}

async function identify(bytes: Buffer): Promise<ImageVerdict> {
  if (bytes.length === 0) return invalid('an empty image')
  if (bytes.subarray(0, 8).equals(PNG_SIGNATURE)) return checkPng(bytes)
  const flat = ({ width, height }: { width: number; height: number }) =>
    bytes.length < width * height * FLAT_BYTES_PER_PIXEL
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    const size = jpegSize(bytes)
    if (size === null) return invalid('a JPEG without a frame header')
    return flat(size) ? invalid(`blank: ${bytes.length} bytes of JPEG`) : { ok: true, format: 'jpeg', ...size }
  }
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') {
    const size = webpSize(bytes)
    if (size === null) return invalid('a WebP without a picture')
    return flat(size) ? invalid(`blank: ${bytes.length} bytes of WebP`) : { ok: true, format: 'webp', ...size }
  }
  return invalid(`not an image: begins with ${bytes.subarray(0, 8).toString('hex')}`)
}

async function checkPng(bytes: Buffer): Promise<ImageVerdict> {
  if (bytes.length < 33 || bytes.toString('latin1', 12, 16) !== 'IHDR') return invalid('a PNG without a header')
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  const data: Buffer[] = []
  for (let at = 8; at + 12 <= bytes.length; ) {
    const length = bytes.readUInt32BE(at)
    const end = at + 12 + length
    if (end > bytes.length) return invalid('a PNG that ends inside a chunk')
    if (bytes.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(bytes.subarray(at + 8, at + 8 + length))
    at = end
  }
  let pixels: Buffer
  try {
    pixels = await inflateAsync(Buffer.concat(data), { maxOutputLength: MAX_PIXEL_BYTES })
  } catch {
    return invalid('a PNG whose pixels cannot be inflated')
  }
  return isFlat(pixels, height)
    ? invalid(`blank: ${width}x${height} of one colour`)
    : { ok: true, format: 'png', width, height }
}

/** Bytes of the widest pixel (4 channels of 16 bits): a row of one colour repeats after its first pixel. */
const WIDEST_PIXEL = 8

/**
 * Whether all rows have one colour. With any row filter, one colour gives the same values repeatedly after
 * its first pixels, and every further row equals the second (raw, or only zeros once filtered).
 */
function isFlat(pixels: Buffer, height: number): boolean {
  if (height === 0 || pixels.length === 0) return true
  const stride = pixels.length / height
  const values = new Set<number>()
  for (let row = 0; row < height; row += 1) {
    const start = Math.floor(row * stride)
    for (let at = start + 1 + WIDEST_PIXEL; at < Math.floor(start + stride); at += 1) values.add(pixels[at] as number)
    // one colour gives per channel the raw value, one average with nothing above, and zero
    if (values.size > 9) return false
  }
  return true
}

function jpegSize(bytes: Buffer): { width: number; height: number } | null {
  for (let at = 2; at + 9 < bytes.length; ) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1] as number
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return null
}

function webpSize(bytes: Buffer): { width: number; height: number } | null {
  if (bytes.length < 30) return null
  const kind = bytes.toString('latin1', 12, 16)
  if (kind === 'VP8X') return { width: 1 + bytes.readUIntLE(24, 3), height: 1 + bytes.readUIntLE(27, 3) }
  if (kind === 'VP8 ') return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff }
  if (kind !== 'VP8L') return null
  const bits = bytes.readUInt32LE(21)
  return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) }
}

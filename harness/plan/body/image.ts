import { crc32, deflateSync } from 'node:zlib'
import { seededRandom } from '../random.ts'

/** Generated images of requests. */
export interface ImagePlan {
  readonly count: number
  readonly width: number
  readonly height: number
}

/** Squares of this many pixels have one colour: a file of about the size of a photograph's JPEG. */
const SQUARE = 4
const COLOURS = 256

/**
 * Makes images that differ in every pixel at the cost of a few hundred bytes: a PNG with a palette, of which only the
 * palette is new. A server decodes it to other colours, so that no cache of images has it. The result is the data URI in
 * parts.
 */
export function imageMaker({ width, height }: ImagePlan): (seed: number) => Buffer[] {
  const head = base64(Buffer.concat([SIGNATURE, chunk('IHDR', headerOf(width, height))]))
  const rest = base64(Buffer.concat([chunk('IDAT', pixelsOf(width, height)), chunk('IEND', Buffer.alloc(0))]))
  const start = Buffer.concat([Buffer.from('data:image/png;base64,'), head])
  return (seed) => {
    const random = seededRandom(seed)
    const palette = Buffer.allocUnsafe(3 * COLOURS)
    for (let at = 0; at < palette.length; at += 1) palette[at] = Math.floor(random() * 256)
    return [start, base64(chunk('PLTE', palette)), rest]
  }
}

/** The parts are multiples of three bytes, so that their base64 can be joined. */
const base64 = (bytes: Buffer): Buffer => Buffer.from(bytes.toString('base64'))

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])

/** 8 bits per pixel, with a palette. */
function headerOf(width: number, height: number): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return header
}

/** Rows of squares of random colours, each row with its filter type 0. */
function pixelsOf(width: number, height: number): Buffer {
  const random = seededRandom(width * 65_536 + height)
  const raw = Buffer.alloc((width + 1) * height)
  let colours = new Uint8Array(0)
  for (let row = 0; row < height; row += 1) {
    if (row % SQUARE === 0) {
      colours = Uint8Array.from({ length: Math.ceil(width / SQUARE) }, () => Math.floor(random() * COLOURS))
    }
    for (let pixel = 0; pixel < width; pixel += 1) {
      raw[row * (width + 1) + 1 + pixel] = colours[Math.floor(pixel / SQUARE)] as number
    }
  }
  return deflateSync(raw)
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type), data])
  const whole = Buffer.alloc(body.length + 8)
  whole.writeUInt32BE(data.length, 0)
  body.copy(whole, 4)
  whole.writeUInt32BE(crc32(body), body.length + 4)
  return whole
}

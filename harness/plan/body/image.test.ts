import { crc32, inflateSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { imageMaker } from './image.ts'

/** The chunks of a PNG, each with its checksum tested. */
function chunksOf(uri: Buffer): Map<string, Buffer> {
  const text = uri.toString()
  expect(text.slice(0, 22)).toBe('data:image/png;base64,')
  const png = Buffer.from(text.slice(22), 'base64')
  expect(png.toString('base64')).toBe(text.slice(22))
  const chunks = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    const type = png.toString('latin1', at + 4, at + 8)
    expect(png.readUInt32BE(at + 8 + length)).toBe(crc32(png.subarray(at + 4, at + 8 + length)))
    chunks.set(type, png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  return chunks
}

test.each([
  [1, 1],
  [30, 17],
  [640, 480],
])('an image of %i x %i pixels is a whole PNG with a palette', (width, height) => {
  const chunks = chunksOf(Buffer.concat(imageMaker({ count: 1, width, height })(5)))
  expect([...chunks.keys()]).toEqual(['IHDR', 'PLTE', 'IDAT', 'IEND'])
  expect([chunks.get('IHDR')?.readUInt32BE(0), chunks.get('IHDR')?.readUInt32BE(4)]).toEqual([width, height])
  expect(inflateSync(chunks.get('IDAT') ?? Buffer.alloc(0))).toHaveLength((width + 1) * height)
})

test('every image has colours of its own, the same for the same seed', () => {
  const make = imageMaker({ count: 1, width: 64, height: 64 })
  const paletteOf = (seed: number) =>
    chunksOf(Buffer.concat(make(seed)))
      .get('PLTE')
      ?.toString('hex')
  expect(paletteOf(1)).toBe(paletteOf(1))
  expect(new Set([1, 2, 3, 4].map(paletteOf)).size).toBe(4)
})

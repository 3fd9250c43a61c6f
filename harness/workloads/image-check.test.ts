import { expect, test } from 'vitest'
import { makePng } from '../simulator/image/png.ts'
import { checkImage } from './image-check.ts'

const gradient = makePng(64, 48, (x, y) => [x * 4, y * 5, (x * y) % 256])
const blank = makePng(64, 48, () => [200, 10, 90])

test('a PNG of the size that was asked for, with a picture in it, is one', async () => {
  expect(await checkImage(gradient, '64x48')).toEqual({ ok: true, format: 'png', width: 64, height: 48 })
})

test.each([
  ['another size', gradient, /png of 64x48, expected 32x32/],
  ['one colour', makePng(32, 32, () => [1, 2, 3]), /blank: 32x32 of one colour/],
  ['nothing', Buffer.alloc(0), /empty/],
  ['text', Buffer.from('<html>not found</html>'), /not an image: begins with 3c68746d6c3e6e6f/],
  ['half a PNG', gradient.subarray(0, gradient.length - 30), /cannot be inflated|inside a chunk/],
  ['a tiny JPEG', Buffer.from('ffd8ffc0001108002000200301220002110103110100', 'hex'), /blank: 22 bytes of JPEG/],
  ['a WebP without a picture', Buffer.concat([Buffer.from('RIFF0000WEBPVP8X'), Buffer.alloc(4)]), /WebP without/],
])('%s is refused, with its reason', async (_, bytes, why) => {
  const verdict = await checkImage(bytes, '32x32')
  expect(verdict.ok ? 'ok' : verdict.why).toMatch(why)
})

test('blank is blank whatever the filters of its rows', async () => {
  expect(await checkImage(blank, '64x48')).toMatchObject({ ok: false })
})

test('a JPEG with bytes enough is known by its frame header', async () => {
  const header = Buffer.from('ffd8ffc0001108002000200301220002110103110100', 'hex')
  const picture = Buffer.concat([header, Buffer.alloc(600, 7)])
  expect(await checkImage(picture, '32x32')).toEqual({ ok: true, format: 'jpeg', width: 32, height: 32 })
})

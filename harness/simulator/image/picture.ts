import { makePng } from './png.ts'

const made = new Map<string, Buffer>()

/** A picture of the requested size: a valid PNG of a colour field, created once per size. */
export function pictureOf(width: number, height: number): Buffer {
  const key = `${width}x${height}`
  const known = made.get(key)
  if (known) return known
  const png = makePng(width, height, (x, y) => [x % 256, y % 256, ((x >> 3) * (y >> 3)) % 256])
  made.set(key, png)
  return png
}

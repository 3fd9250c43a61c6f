import { z } from 'zod'
import { JoulemarkError } from '../../errors.ts'

/** One tensor of a checkpoint. */
export interface Tensor {
  readonly name: string
  readonly dtype: string
  readonly params: number
  readonly bytes: number
}

/** The length of a header stands before it, in 8 bytes. */
export const LENGTH_BYTES = 8
/** Headers of real files have some hundred kilobytes. */
const MAX_HEADER_BYTES = 32 * 2 ** 20

const entrySchema = z.object({
  dtype: z.string().max(20),
  shape: z.array(z.int().nonnegative()).max(16),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
})
const metadata = '__metadata__'

/** The length that a safetensors file states for its header. Throws `bad-input` for one that is no such file. */
export function headerLength(start: Uint8Array, file: string): number {
  const view = new DataView(start.buffer, start.byteOffset, start.byteLength)
  const length = start.byteLength < LENGTH_BYTES ? 0 : Number(view.getBigUint64(0, true))
  if (length >= 2 && length <= MAX_HEADER_BYTES) return length
  throw new JoulemarkError(
    'bad-input',
    `${file}: its header has ${length} bytes; expected a safetensors file with a header of at most ${MAX_HEADER_BYTES}: download it again`,
  )
}

/** The tensors of a header (safetensors format: names with type, shape and place). Throws `bad-input`. */
export function readHeader(text: string, file: string): Tensor[] {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    throw new JoulemarkError('bad-input', `${file}: its header is no JSON; download it again`)
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw new JoulemarkError('bad-input', `${file}: its header is no JSON object; download it again`)
  }
  return Object.entries(json).flatMap(([name, value]) => {
    if (name === metadata) return []
    const entry = entrySchema.safeParse(value)
    if (!entry.success) {
      throw new JoulemarkError('bad-input', `${file}: tensor "${name}": expected dtype, shape and data_offsets`)
    }
    const { dtype, shape, data_offsets } = entry.data
    const [from, to] = data_offsets
    if (to < from) throw new JoulemarkError('bad-input', `${file}: tensor "${name}": data_offsets run backwards`)
    return [{ name, dtype, params: shape.reduce((product, size) => product * size, 1), bytes: to - from }]
  })
}

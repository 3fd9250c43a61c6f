import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** A tensor by name: its type and shape. */
export type MadeTensors = Readonly<Record<string, readonly [dtype: 'BF16' | 'F32' | 'U8', shape: readonly number[]]>>

const bytesOf = { BF16: 2, F32: 4, U8: 1 } as const

/** The start of a safetensors file: the length of its header, and the header. The tensors themselves are left out. */
export function safetensorsStart(tensors: MadeTensors): Buffer {
  let at = 0
  const header = Object.fromEntries(
    Object.entries(tensors).map(([name, [dtype, shape]]) => {
      const from = at
      at += bytesOf[dtype] * shape.reduce((product, size) => product * size, 1)
      return [name, { dtype, shape, data_offsets: [from, at] }]
    }),
  )
  const text = Buffer.from(JSON.stringify({ __metadata__: { format: 'pt' }, ...header }))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text])
}

/** Makes the folder of a model: its configuration, and files beside it by name. */
export function makeModelFolder(
  folder: string,
  config: unknown,
  files: Readonly<Record<string, string | Buffer>> = {},
): string {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'config.json'), typeof config === 'string' ? config : JSON.stringify(config))
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
  return folder
}

import type { Model } from './types.ts'

/** Stored bytes of one parameter of the matrix products, by the format of the weights. */
export const formatBytes: Readonly<Record<Model['weightFormat'], number>> = {
  bf16: 2,
  fp8: 1,
  // groups of 128: 4 bits, and a 16-bit scale and a 4-bit zero point per group
  'awq-int4': (4 + 16 / 128 + 4 / 128) / 8,
}

/** The same model with its matrix products stored in another format; embedding, head and norms stay in 16 bits. */
export const inFormat = (model: Model, format: Model['weightFormat']): Model =>
  model.weightFormat === format ? model : { ...model, weightFormat: format, linearBytesPerParam: formatBytes[format] }

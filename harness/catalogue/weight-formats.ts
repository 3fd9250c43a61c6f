import type { Model } from './types.ts'

/** Stored bytes of one parameter of the matrix products, by the format of the weights. */
export const formatBytes: Readonly<Record<Model['weightFormat'], number>> = {
  bf16: 2,
  fp8: 1,
  // groups of 128: 4 bits, and a 16-bit scale and a 4-bit zero point per group
  'awq-int4': (4 + 16 / 128 + 4 / 128) / 8,
  int8: 1,
  // an 8-bit scale per 16 values, and per 32 (OCP Microscaling Formats)
  nvfp4: 4.5 / 8,
  mxfp4: 4.25 / 8,
  // an 8-bit scale per 64 values, and per 256 of those one of 32 bits (bitsandbytes, double quantisation)
  nf4: (4 + 8 / 64 + 32 / (64 * 256)) / 8,
  // Q4_K_M, the usual one; a file of another kind states its own
  gguf: 4.85 / 8,
}

/** The same model with its matrix products stored in another format; embedding, head and norms stay in 16 bits. */
export const inFormat = (model: Model, format: Model['weightFormat']): Model =>
  model.weightFormat === format ? model : { ...model, weightFormat: format, linearBytesPerParam: formatBytes[format] }

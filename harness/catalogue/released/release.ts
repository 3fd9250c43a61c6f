import type { Source } from '../types.ts'

/** Values of a published `config.json` under their own names: those that shape, formats and limits follow from. */
export type PublishedConfig = Readonly<Record<string, unknown>>

/** A checkpoint that is served today: its published configuration, and what was published of its size. */
export interface Release {
  readonly key: string
  readonly label: string
  /** Names of the checkpoint at an endpoint; the first one is served. */
  readonly servedAs: readonly string[]
  /** A name that is valid only with this `--quantization` on the server. */
  readonly servedAsWithQuantization?: readonly { readonly name: string; readonly quantization: string }[]
  readonly config: PublishedConfig
  readonly licence: string
  readonly published: PublishedSize
  readonly sources: readonly Source[]
}

/** Size of the whole checkpoint, layers included that a server loads only to predict several tokens at once. */
export interface PublishedSize {
  /** Parameters before quantisation, without scales. */
  readonly params: number
  /** Bytes of the tensors or of their files; null where no source was found. */
  readonly bytes: number | null
  /**
   * Whether the checkpoint carries a layer for multi-token prediction, and whether that has an embedding and an output
   * head of its own. A server loads it only for speculative decoding.
   */
  readonly draftLayer?: 'own-embeddings' | 'shared-embeddings'
  /** Whether that layer is in 16 bits in a quantised checkpoint. */
  readonly draftInSixteenBits?: true
}

/** The same list `times` times in a row, for a pattern of layers. */
export const repeat = (pattern: readonly string[], times: number): readonly string[] =>
  Array.from({ length: times }, () => pattern).flat()

/** A size that a source rounds to hundredths of a GiB, in bytes. */
export const gib = (size: number): number => Math.round(size * 2 ** 30)

import type { Tensor } from './safetensors-header.ts'

/** What the tensors of a checkpoint are for, by their names. */
export interface TensorParts {
  readonly total: Sum
  /** The table of tokens; it is also the output head where there is none of its own. */
  readonly embedding: Sum
  readonly head: Sum
  /** Routed experts: a token uses some of them. */
  readonly experts: Sum
  /** Encoders of images and sound, and what joins them to the text. */
  readonly encoders: Sum
  /** Layers that predict several tokens, which a server loads for speculative decoding only. */
  readonly drafts: Sum
}

/** Parameters and stored bytes. Packed formats have several parameters in one stored number. */
export interface Sum {
  readonly params: number
  readonly bytes: number
}

const patterns = {
  encoders:
    /(^|\.)(visual|vision_tower|vision_model|vision_encoder|vision_embed\w*|multi_modal_projector|mm_projector|patch_merger|audio_tower|audio_encoder|embed_vision|embed_audio)\./,
  drafts: /(^|\.)mtp\w*\./,
  experts: /\.experts\./,
  head: /(^|\.)(lm_head|output)\.weight/,
  embedding: /(^|\.)(embed_tokens|tok_embeddings|word_embeddings|wte|embeddings?)\.weight/,
} as const

/** Sums of the tensors by what they are for. Layers from `firstDraftLayer` on are drafts too. */
export function partsOf(tensors: readonly Tensor[], firstDraftLayer: number | null): TensorParts {
  const sums = { total: zero(), embedding: zero(), head: zero(), experts: zero(), encoders: zero(), drafts: zero() }
  for (const tensor of tensors) {
    add(sums.total, tensor)
    const part = partOf(tensor.name, firstDraftLayer)
    if (part !== null) add(sums[part], tensor)
  }
  return sums
}

function partOf(name: string, firstDraftLayer: number | null): keyof typeof patterns | null {
  const layer = /(?:^|\.)layers\.(\d{1,6})\./.exec(name)?.[1]
  if (patterns.encoders.test(name)) return 'encoders'
  if (patterns.drafts.test(name)) return 'drafts'
  if (firstDraftLayer !== null && layer !== undefined && Number(layer) >= firstDraftLayer) return 'drafts'
  const parts = ['experts', 'head', 'embedding'] as const
  return parts.find((part) => patterns[part].test(name)) ?? null
}

const zero = (): { params: number; bytes: number } => ({ params: 0, bytes: 0 })

function add(sum: { params: number; bytes: number }, { params, bytes }: Tensor): void {
  sum.params += params
  sum.bytes += bytes
}

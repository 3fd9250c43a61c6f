import { JoulemarkError } from '../../errors.ts'
import type { AttentionGroup, Model } from '../types.ts'
import { type Config, type ReadConfig, readConfig } from './config-fields.ts'
import { visionParams } from './encoders/vision.ts'
import { families } from './families.ts'
import { familyName, withDefaults } from './family-defaults.ts'
import { configOfLayer, skipsParts } from './own-layers.ts'
import { type Layer, paramsOf } from './parts/layer.ts'
import { type Storage, storageOf } from './quantisation.ts'
import { expertsOf, has, MissingField, need } from './stated.ts'

/** What a configuration says of a model; the name, the served names and the sources are those of whoever read it. */
export type ConfigShape = Omit<Model, 'key' | 'label' | 'servedAs' | 'servedAsWithQuantization' | 'sources'>

/** A model whose layers this version does not know: what its configuration states all the same. */
export interface UnknownFamily {
  readonly reason: string
  readonly config: Config
}

/**
 * The model that a `config.json` describes: every matrix product of every layer is counted, and its bytes by the format
 * that the configuration states. `file` names it in errors. Throws `bad-input` with the field and what was expected.
 */
export function describeConfig(json: unknown, file = 'config.json'): ConfigShape | UnknownFamily {
  const { text, outer } = readConfig(json, file)
  const name = text.model_type ?? ''
  const family = families[familyName(name)]
  if (family === undefined) return { reason: unknownReason({ text, outer }), config: text }
  if (skipsParts(text)) return { reason: `${name} with layers that skip a part is not known`, config: text }
  const config = withDefaults(text, familyName(name))
  const storage = storageOf(outer['quantization_config'] ?? text['quantization_config'], file)
  try {
    const count = family.count?.(config) ?? need(config, 'num_hidden_layers')
    const layers = Array.from({ length: count }, (_, index) => family.layer(configOfLayer(config, index), index))
    const extra = family.extra?.(config) ?? { read: 0, unread: 0 }
    const encoder = visionParams(outer, need(config, 'hidden_size')) ?? 0
    const { normWidth = 1, unusedPositions = 0 } = family
    const beside = { normWidth, read: extra.read, unread: extra.unread + encoder }
    const shape = assembled(config, layers, storage, beside)
    return { ...shape, maxContext: shape.maxContext - unusedPositions }
  } catch (error) {
    if (!(error instanceof MissingField)) throw error
    const message = `${file}: ${error.field} is missing, which a model of type ${name} requires; download config.json of the model again`
    throw new JoulemarkError('bad-input', message)
  }
}

const unknownReason = ({ text }: ReadConfig): string => {
  const named = text.model_type ?? text.architectures?.[0]
  return named === undefined || named === null
    ? 'config.json states no model_type'
    : `the architecture ${named} is not known`
}

/** Parameters besides layers, embedding and output head, and how many of a norm there are per element. */
interface BesidesLayers {
  readonly normWidth: number
  readonly read: number
  readonly unread: number
}

function assembled(config: Config, layers: readonly Layer[], storage: Storage, extra: BesidesLayers): ConfigShape {
  const hiddenSize = need(config, 'hidden_size')
  const vocab = need(config, 'vocab_size')
  const tiedEmbeddings = config.tie_word_embeddings === true
  const all = layers.flatMap((layer, index) =>
    layer.matrices.map((matrix) => ({
      matrix,
      params: paramsOf(matrix),
      ...storage.of(matrix, `layers.${index}.${matrix.name}`),
    })),
  )
  type Counted = (typeof all)[number]
  const sum = (of: (each: Counted) => number, role: 'expert' | 'rest'): number =>
    all.reduce((total, each) => total + ((each.matrix.role === 'expert') === (role === 'expert') ? of(each) : 0), 0)
  const params = (each: Counted): number => each.params
  const bytes = (each: Counted): number => each.bytes
  const rest = sum(params, 'rest')
  const routed = sum(params, 'expert')
  const mixed = layers.filter(({ matrices }) => matrices.some(({ role }) => role === 'expert')).length
  const routing = mixed === 0 ? null : expertsOf(config)
  const others = layers.reduce((total, layer) => total + layer.others, 0) + extra.normWidth * hiddenSize + extra.unread
  const unread = extra.unread + layers.reduce((total, layer) => total + (layer.unread ?? 0), 0)
  const embeddings = (tiedEmbeddings ? 1 : 2) * vocab * hiddenSize
  const linearParams = rest + routed + extra.read
  const restBytes = (sum(bytes, 'rest') + 2 * extra.read) / (rest + extra.read)
  const expertBytes = routed === 0 ? restBytes : sum(bytes, 'expert') / routed
  return {
    kind: 'text',
    layers: layers.length,
    hiddenSize,
    attention: grouped(layers),
    vocab,
    tiedEmbeddings,
    totalParams: linearParams + others + embeddings,
    linearParams,
    activeLinearParams: rest + extra.read + (routing === null ? 0 : (routed * routing.perToken) / routing.experts),
    ...(unread === 0 ? {} : { unreadParams: unread }),
    experts:
      routing === null
        ? null
        : {
            count: routing.experts,
            perToken: routing.perToken,
            ...sharedExperts(config),
            layers: mixed,
            intermediateSize: config.moe_intermediate_size ?? need(config, 'intermediate_size'),
            ...(expertBytes === restBytes ? {} : { bytesPerParam: expertBytes }),
          },
    weightFormat: mostUsed(all),
    linearBytesPerParam: restBytes,
    ...(storage.kvCache === null ? {} : { kvCacheFormat: storage.kvCache }),
    maxContext: config.max_position_embeddings ?? need(config, 'max_position_embeddings'),
  }
}

/** The format of most parameters. */
function mostUsed(
  all: readonly { readonly format: Model['weightFormat']; readonly params: number }[],
): Model['weightFormat'] {
  const totals = new Map<Model['weightFormat'], number>()
  for (const { format, params } of all) totals.set(format, (totals.get(format) ?? 0) + params)
  const [most] = [...totals].toSorted(([, a], [, b]) => b - a)
  return most?.[0] ?? 'bf16'
}

function sharedExperts(config: Config): { shared?: number } {
  if (has(config, 'n_shared_experts')) return { shared: config.n_shared_experts ?? 0 }
  return config.shared_expert_intermediate_size ? { shared: 1 } : {}
}

/** Layers of one kind together, in the order in which the kinds first appear. */
function grouped(layers: readonly Layer[]): AttentionGroup[] {
  const groups = new Map<string, AttentionGroup>()
  for (const { attention } of layers) {
    if (attention === null) continue
    const { layers: _, ...kind } = attention
    const ownKv = 'kvLayers' in attention ? (attention.kvLayers ?? 1) : 1
    const key = JSON.stringify({ ...kind, kvLayers: undefined })
    const known = groups.get(key)
    if (known === undefined) groups.set(key, attention)
    else groups.set(key, merged(known, ownKv))
  }
  return [...groups.values()]
}

function merged(group: AttentionGroup, ownKv: number): AttentionGroup {
  const layers = group.layers + 1
  if (group.kind === 'linear' || group.kind === 'mla') return { ...group, layers }
  const kvLayers = (group.kvLayers ?? group.layers) + ownKv
  const { kvLayers: _, ...rest } = group
  return kvLayers === layers ? { ...rest, layers } : { ...rest, layers, kvLayers }
}

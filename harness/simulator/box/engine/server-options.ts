import { imageModels } from '../../../catalogue/image-models.ts'
import { allModels } from '../../../catalogue/models.ts'
import { type SimulatorOptions, simulatorDefaults } from '../../options.ts'
import type { BoxCard } from '../box-card.ts'

/** Flags of a server in a container, by name without dashes: the last of each, and of `vllm serve MODEL` the model. */
export function serverFlags(command: readonly string[]): ReadonlyMap<string, string> {
  const [program, verb] = command
  const words = program === 'vllm' && verb === 'serve' ? ['--model', ...command.slice(2)] : command
  const flags = new Map<string, string>()
  words.forEach((word, at) => {
    const [, name, given] = /^--([\w-]+)(?:=(.*))?$/.exec(word) ?? []
    if (name === undefined) return
    const next = words[at + 1]
    flags.set(name, given ?? (next === undefined || next.startsWith('--') ? 'true' : next))
  })
  return flags
}

/** Key of the catalogue's model that is served by this name; null for one that is not simulated. */
export function simulatedModel(servedAs: string): string | null {
  const all = [...allModels(), ...imageModels]
  return all.find((model) => model.key === servedAs || model.servedAs.includes(servedAs))?.key ?? null
}

/** The simulator of a server with these flags of vLLM on these cards. */
export function serverOptions(
  model: string,
  flags: ReadonlyMap<string, string>,
  cards: readonly BoxCard[],
  { card, seed }: { readonly card: string; readonly seed: number },
): SimulatorOptions {
  const number = (name: string): number | undefined => {
    const value = Number(flags.get(name) ?? Number.NaN)
    return Number.isFinite(value) ? value : undefined
  }
  const maxModelLen = number('max-model-len')
  return {
    ...simulatorDefaults,
    card,
    model,
    // every server has its own jitter, the same in every play of the box
    seed: seed + (cards[0]?.index ?? 0),
    tensorParallel: cards.length,
    maxNumSeqs: number('max-num-seqs') ?? simulatorDefaults.maxNumSeqs,
    maxNumBatchedTokens: number('max-num-batched-tokens') ?? null,
    ...(maxModelLen === undefined ? {} : { maxModelLen }),
    kvCacheDtype: flags.get('kv-cache-dtype') ?? 'auto',
    gpuMemoryUtilization: number('gpu-memory-utilization') ?? simulatorDefaults.gpuMemoryUtilization,
    enablePrefixCaching: !flags.has('no-enable-prefix-caching'),
    enablePromptTokensDetails: flags.has('enable-prompt-tokens-details'),
    servedModelName: flags.get('served-model-name') ?? null,
    apiKey: flags.get('api-key') ?? null,
    bandwidthShare: Math.min(...cards.map((each) => each.bandwidthShare)),
  }
}

import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { fitCard } from '../../harness/catalogue/own/known.ts'
import { modelByKey } from '../../harness/catalogue/own-models.ts'
import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import type { ImageJobKind } from '../../harness/physics/image.ts'
import { fitOf } from '../../harness/physics/memory.ts'
import type { Facts } from '../facts.ts'
import { formatNumber } from '../render/format-cell.ts'
import { sharedMemoryNotes, withMemory } from '../tables/card-memory.ts'
import { imageFitCell } from '../tables/image-fit-cell.ts'
import type { Selection } from '../tables/selection.ts'
import { buildTable, type Cell, type Column, missing, type Table, type Tone, text } from '../tables/table.ts'

/** A model with a context and a number of sessions, on one card or several. */
export interface FitRow {
  readonly id: string
  readonly label: string
  readonly model: string
  readonly contextTokens: number
  readonly sessions: number
  readonly cards: number
  /** `--gpu-memory-utilization` by card key, where the bundled scenario of this row sets it; vLLM's default elsewhere. */
  readonly gpuMemoryUtilization: Readonly<Record<string, number>>
  /** Set for an image model: what it is used for. */
  readonly image?: ImageJobKind
  /** The bundled scenario that measures this configuration, where its figure needs an explanation beside an OOM. */
  readonly scenario?: string
}

type Settings = Partial<
  Pick<FitRow, 'contextTokens' | 'sessions' | 'cards' | 'gpuMemoryUtilization' | 'scenario' | 'image'>
>

const row = (id: string, label: string, model: string, settings: Settings = {}): FitRow => ({
  id,
  label,
  model,
  contextTokens: 16_384,
  sessions: 1,
  cards: 1,
  gpuMemoryUtilization: {},
  ...settings,
})

/** The article serves on the RTX 4090 with this share, and so do the bundled scenarios that fill that card. */
const filled4090 = { 'rtx-4090': 0.94 }

/** The models of the article's "what it unlocks"; where it states no context: 16k, or 4k per session. */
const articleFitRows: readonly FitRow[] = [
  row('llama8b-fp8-64k', 'Llama 3.1 8B FP8 + 64k context', 'llama-3.1-8b-instruct-fp8', { contextTokens: 65_536 }),
  row('llama70b-awq-16k', 'Llama 3.1 70B AWQ INT4 + 16k', 'llama-3.1-70b-instruct-awq-int4', {
    gpuMemoryUtilization: filled4090,
  }),
  row('llama70b-fp8', 'Llama 3.1 70B FP8', 'llama-3.1-70b-instruct-fp8'),
  row('llama70b-bf16', 'Llama 3.1 70B BF16', 'llama-3.1-70b-instruct'),
  row('llama70b-bf16-pair', 'Llama 3.1 70B BF16, two cards over PCIe', 'llama-3.1-70b-instruct', { cards: 2 }),
  row('coder32b-awq', 'Qwen2.5-Coder 32B AWQ + 8k', 'qwen2.5-coder-32b-instruct-awq', {
    contextTokens: 8192,
    gpuMemoryUtilization: filled4090,
  }),
  row('qwen72b-fp8', 'Qwen 2.5 72B FP8', 'qwen2.5-72b-instruct-fp8'),
  row('mixtral-8x22b-awq', 'Mixtral 8x22B AWQ', 'mixtral-8x22b-instruct-awq'),
  row('deepseek-v2-awq', 'DeepSeek V2 236B AWQ', 'deepseek-v2-awq'),
  row('flux-fp16', 'FLUX.1-dev FP16, 1024x1024', 'flux.1-dev', { image: 'generate' }),
  row('flux-fp16-lora', 'FLUX.1-dev FP16 + LoRA training', 'flux.1-dev', { image: 'lora' }),
  row('llama8b-50-sessions', '50 concurrent Llama 8B FP8 sessions, 4k each', 'llama-3.1-8b-instruct-fp8', {
    contextTokens: 4096,
    sessions: 50,
    scenario: 'llama-3.1-8b-fp8-50-sessions',
  }),
]

const tones: Readonly<Record<string, Tone>> = { Tight: 'warn', Comfortable: 'good', Trivial: 'good' }

/** What fits which card, computed from bytes: OOM, Tight, Comfortable or Trivial, with the headroom. */
export function fitsTable(
  cards: readonly CardEntry[],
  queued: readonly string[] = [],
  rows: readonly FitRow[] = articleFitRows,
): Table {
  return buildTable({
    id: 'fits',
    title: 'What fits in memory',
    columns: [
      { id: 'configuration', head: 'Model / configuration', align: 'left', cell: (at: FitRow) => text(at.label) },
      ...cards.map(
        (card): Column<FitRow> => ({
          id: card.key,
          head: withMemory(card),
          align: 'right',
          cell: (at) => fitCell(card, at),
        }),
      ),
    ],
    rows,
    rowId: (at) => at.id,
    notes: [
      `Headroom = room for KV cache / KV cache needed, with an FP16 KV cache and ${DEFAULT_GPU_MEMORY_UTILIZATION} of CUDA memory (vLLM's default) unless another share is shown: OOM below 1x, Tight below 2x, Comfortable below 8x, otherwise Trivial.`,
      'An FP8 KV cache doubles the headroom. Too many sequences queue in vLLM; it runs out of memory only when the weights or one full sequence do not fit.',
      ...queued,
      ...sharedMemoryNotes(cards),
    ],
  })
}

/**
 * Why a configuration is OOM in "What fits" and was measured all the same, one line each: its sequences do not fit at once, and
 * vLLM queues those that do not.
 */
export function queuedNotes(
  selection: Selection,
  facts: Pick<Facts, 'card'>,
  rows: readonly FitRow[] = articleFitRows,
): string[] {
  return rows.flatMap((at) =>
    selection.cards.flatMap(({ key, label }) => {
      const run = at.scenario === undefined ? null : selection.runOf(at.scenario, key)
      const entry = facts.card(key)
      const card = entry === null ? null : fitCard(entry)
      const model = modelByKey(at.model)
      if (run === null || run.oom || card === null || 'reason' in card || model === null) return []
      const fit = fitOf(card, model, shapeOf(at, card.key))
      if (fit.headroomRatio >= 1 || fit.freeBytes <= 0) return []
      return [
        `${at.label} on ${label}: "What fits in memory" says OOM because only ${fit.maxSessions} of ${at.sessions} fit at once; ${run.scenario.title} was measured all the same, because vLLM queues the others, and its sessions are shorter for most of their time.`,
      ]
    }),
  )
}

/** How a row is served on a card, for its fit. */
const shapeOf = (at: FitRow, card: string) => ({
  contextTokens: at.contextTokens,
  sessions: at.sessions,
  kvBytesPerElement: 2 as const,
  gpuMemoryUtilization: at.gpuMemoryUtilization[card] ?? DEFAULT_GPU_MEMORY_UTILIZATION,
  gpus: at.cards,
})

function fitCell(entry: CardEntry, at: FitRow): Cell {
  const card = fitCard(entry)
  if ('reason' in card) return missing(card.reason)
  if (at.image !== undefined) return imageFitCell(card, at.model, at.image, at.label)
  const model = modelByKey(at.model)
  if (model === null) return missing(`${at.model} is not in the catalogue`)
  const stated = at.gpuMemoryUtilization[card.key]
  const fit = fitOf(card, model, shapeOf(at, card.key))
  if (fit.headroomRatio >= 1) {
    const tone = tones[fit.verdict]
    return {
      kind: 'text',
      text: fit.verdict,
      detail: `headroom ${formatNumber(fit.headroomRatio, 1)}x${stated === undefined ? '' : ` at ${stated} of memory`}`,
      ...(tone ? { tone } : {}),
    }
  }
  const gb = (bytes: number) => `${formatNumber(bytes / 1e9, 1)} GB`
  const need = fit.freeBytes > 0 ? ` and ${gb(fit.kvBytesPerToken * at.contextTokens * at.sessions)} of KV` : ''
  return {
    kind: 'oom',
    evidence: `${at.label}, ${card.label}: ${gb(fit.weightsBytes)} of weights${need}, ${gb(fit.budgetBytes)} available`,
  }
}

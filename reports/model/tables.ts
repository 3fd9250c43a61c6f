import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import type { DescribedModel, Model } from '../../harness/catalogue/types.ts'
import { weightBytes } from '../../harness/physics/model/weights.ts'
import { formatNumber } from '../render/format-cell.ts'
import { withMemory } from '../tables/card-memory.ts'
import { buildTable, type Cell, missing, type Table, text } from '../tables/table.ts'
import { attentionText, type Bound, type CardLimit, type ModelFacts } from './facts.ts'

const NOT_KNOWN = 'not known; see the notes'

/** The facts of a model as tables: what it is, and its limits on cards. */
export function modelTables(facts: ModelFacts, cards: readonly CardEntry[]): Table[] {
  const { model } = facts
  const rows = model.kind === 'text' ? knownRows(facts, model) : boundRows(facts)
  const notes = [
    ...(model.unknown ?? []).map(({ what, reason }) => `Not known: ${what}: ${reason}`),
    ...model.sources.map(({ source, date, kind }) => `Source: ${source} (${date}, ${kind})`),
  ]
  const description = buildTable({
    id: 'model',
    title: model.label,
    columns: [
      { id: 'what', head: 'What', align: 'left', cell: (row: Row) => text(row.what) },
      { id: 'value', head: 'Value', align: 'left', cell: (row: Row) => row.value },
    ],
    rows,
    rowId: ({ what }) => what.toLowerCase().replaceAll(/\W+/g, '-'),
    notes,
  })
  return [description, limitTable(facts, cards)]
}

interface Row {
  readonly what: string
  readonly value: Cell
}

const row = (what: string, value: string | null): Row => ({
  what,
  value: value === null ? missing(NOT_KNOWN) : text(value),
})

const billions = (params: number): string =>
  params < 1e9 ? `${formatNumber(params / 1e6, 1)} million` : `${formatNumber(params / 1e9, 2)} billion`
const gb = (bytes: number | null): string | null => (bytes === null ? null : `${formatNumber(bytes / 1e9, 2)} GB`)
const kib = (bytes: number): string => `${formatNumber(bytes / 1024, 1)} KiB`

function knownRows(facts: ModelFacts, model: Model): Row[] {
  const { experts } = model
  const shared = experts?.shared ? `, ${experts.shared} shared` : ''
  const perToken = facts.kvBytesPerToken
  const state = facts.stateBytesPerSequence ?? 0
  return [
    row('Parameters', billions(model.totalParams)),
    row('Active per token', facts.activeParams === null ? null : billions(facts.activeParams)),
    row('Layers', `${model.layers}: ${model.attention.map(attentionText).join('; ')}`),
    row('Experts', experts === null ? 'none' : `${experts.count}, ${experts.perToken} per token${shared}`),
    row('Vocabulary', `${model.vocab}${model.tiedEmbeddings ? ', one matrix for input and output' : ''}`),
    row(
      'Format',
      `${model.weightFormat}, ${formatNumber(model.linearBytesPerParam, 3)} bytes per parameter${expertBytes(model)}`,
    ),
    row('Weights', gb(facts.weightsBytes)),
    row('Published tensors', gb(model.checkpointBytes ?? null)),
    row('Read per step, one sequence', gb(facts.weightsBytesReadPerStep)),
    row(
      'KV cache per token',
      perToken === null ? null : `${kib(perToken.bf16)} in 16 bits, ${kib(perToken.fp8)} in FP8`,
    ),
    row(
      `KV cache and state at ${facts.contextTokens} tokens`,
      facts.kvBytesPerSequence === null
        ? null
        : `${formatNumber(facts.kvBytesPerSequence / 2 ** 20, 1)} MiB per sequence${state > 0 ? `, of these ${formatNumber(state / 2 ** 20, 1)} MiB of state` : ''}`,
    ),
    row('Longest context', `${model.maxContext} tokens`),
  ]
}

const expertBytes = ({ experts }: Model): string =>
  experts?.bytesPerParam === undefined ? '' : `, of experts ${formatNumber(experts.bytesPerParam, 3)}`

function boundRows({ model, weightsBytes, weightsBytesReadPerStep }: ModelFacts): Row[] {
  return [
    row('Published tensors', gb(weightsBytes)),
    row('Read per step at least', gb(weightsBytesReadPerStep)),
    row('Vocabulary', model.vocab === null ? null : String(model.vocab)),
    row('Longest context', model.maxContext === null ? null : `${model.maxContext} tokens`),
  ]
}

function limitTable({ limits, contextTokens }: ModelFacts, cards: readonly CardEntry[]): Table {
  const bound = (of: Bound): Cell =>
    'reason' in of
      ? missing(of.reason)
      : { kind: 'number', value: of.tokensPerS, unit: 't/s', digits: of.tokensPerS < 100 ? 1 : 0 }
  return buildTable({
    id: 'model-limits',
    title: `Limits at ${contextTokens} tokens of context`,
    columns: [
      { id: 'card', head: 'Card', align: 'left', cell: (at: CardLimit) => text(headOf(at, cards)) },
      {
        id: 'fit',
        head: 'One sequence fits',
        align: 'left',
        cell: ({ fit }: CardLimit) => (fit === null ? missing(NOT_KNOWN) : text(fit)),
      },
      { id: 'one', head: '1 sequence t/s', align: 'right', cell: ({ oneSequence }: CardLimit) => bound(oneSequence) },
      {
        id: 'many',
        head: '32 sequences t/s',
        align: 'right',
        cell: ({ sequences32 }: CardLimit) => bound(sequences32),
      },
    ],
    rows: limits,
    rowId: ({ card }) => card,
    notes: [
      'Limit: max(bytes / bandwidth, FLOPs / peak) per step; no correct measurement exceeds it. Memory is not considered in it.',
      ...limits.flatMap(({ card, oneSequence: one }) =>
        'reason' in one ? [] : [`${card}, 1 sequence: ${one.formula}`],
      ),
    ],
  })
}

const headOf = ({ card: key }: CardLimit, cards: readonly CardEntry[]): string => {
  const card = cards.find((each) => each.key === key)
  return card === undefined ? key : withMemory(card)
}

/** All models that scenarios may name by a key, in the order of the keys, those of the user marked. */
export function modelListTable(bundled: readonly Model[], own: readonly DescribedModel[]): Table {
  const rows: readonly DescribedModel[] = [...bundled, ...own].toSorted((a, b) => (a.key < b.key ? -1 : 1))
  // what a label adds in brackets would make the column wider than all others
  const label = (model: DescribedModel) =>
    `${model.label.replace(/ \(.*\)$/, '')}${own.includes(model) ? ', yours' : ''}`
  return buildTable({
    id: 'models',
    title: 'Models',
    columns: [
      { id: 'key', head: 'Key', align: 'left', cell: (model: DescribedModel) => text(model.key) },
      { id: 'label', head: 'Model', align: 'left', cell: (model: DescribedModel) => text(label(model)) },
      { id: 'weights', head: 'GB', align: 'right', cell: weightsCell },
    ],
    rows,
    rowId: (model) => model.key,
    notes: ['GB: the weights. A scenario may name any other model too, by its folder or its repository.'],
  })
}

function weightsCell(model: DescribedModel): Cell {
  const bytes = model.kind === 'text' ? weightBytes(model) : model.checkpointBytes
  return bytes === null ? missing(NOT_KNOWN) : { kind: 'number', value: bytes / 1e9, unit: '', digits: 1 }
}

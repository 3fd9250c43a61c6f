import { gateById, gateEntries } from '../../harness/gates/table.ts'
import { type MetricKey, metricKeys, metrics } from '../../harness/metrics/catalogue.ts'
import { thresholdText } from './threshold-text.ts'
import { type VerdictText, verdictTexts } from './verdict-texts.ts'

/** What can be explained, as it is typed. */
export const explainedKinds = ['gate', 'metric', 'verdict'] as const
export type ExplainedKind = (typeof explainedKinds)[number]

/** An explanation: what it is in a sentence, then facts by name. */
export interface Explained {
  readonly kind: ExplainedKind
  readonly id: string
  readonly text: string
  readonly facts: readonly (readonly [name: string, text: string])[]
}

/** Every id of a kind, in the order of the docs. */
export const explainedIds: Readonly<Record<ExplainedKind, readonly string[]>> = {
  gate: gateEntries.map(([id]) => id),
  metric: metricKeys,
  verdict: Object.keys(verdictTexts),
}

/** One line about an id, for a list. */
export const shortText = (kind: ExplainedKind, id: string): string => {
  if (kind === 'gate') return gateById(id)?.question ?? ''
  if (kind === 'metric') return metrics[id as MetricKey].label
  return `given by ${(verdictTexts as Readonly<Record<string, VerdictText>>)[id]?.givenBy.replaceAll('`', '')}`
}

/** The explanation of a known id, by the texts of the docs. */
export function explained(kind: ExplainedKind, id: string): Explained {
  const found = { gate: gateFacts, metric: metricFacts, verdict: verdictFacts }[kind](id)
  return { kind, id, ...found }
}

type Found = Pick<Explained, 'text' | 'facts'>

function gateFacts(id: string): Found {
  const gate = gateById(id)
  if (gate === null) throw new Error(`no gate ${id}`)
  return {
    text: gate.question,
    facts: [
      ['How it is decided', gate.formula],
      ...Object.values(gate.thresholds).map((limit) => ['Threshold', thresholdText(limit)] as const),
      ['For a quote', gate.required ? 'required' : 'must not fail'],
      ['Evidence', gate.evidence],
      ['Usual causes', gate.usualCauses],
      ['What to do', gate.whatToDo],
    ],
  }
}

function metricFacts(id: string): Found {
  const { label, unit, shownAs, better, formula, kinds, comparison, inQuote } = metrics[id as MetricKey]
  const stored = unit === '1' ? 'none' : unit
  return {
    text: label,
    facts: [
      ['Formula', formula],
      ['Unit', shownAs === undefined ? stored : `${stored} in the record, shown in ${shownAs.unit}`],
      ['Better', better === null ? 'neither' : better],
      ['Runs of', kinds.join(', ')],
      [
        'Compared',
        comparison === undefined ? 'no' : comparison.decides ? 'yes, a loss is a regression' : 'yes, without deciding',
      ],
      ['In a quote', inQuote ? 'yes' : 'no'],
    ],
  }
}

function verdictFacts(id: string): Found {
  const { meaning, givenBy, exitCode, usualCauses, whatToDo } = (verdictTexts as Readonly<Record<string, VerdictText>>)[
    id
  ] as VerdictText
  return {
    text: meaning,
    facts: [
      ['Given by', givenBy],
      ['Exit code', String(exitCode)],
      ['Usual causes', usualCauses],
      ['What to do', whatToDo],
    ],
  }
}

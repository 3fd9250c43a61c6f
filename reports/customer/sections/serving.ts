import { modelOf } from '../../../harness/catalogue/own-models.ts'
import { weightBytes } from '../../../harness/physics/model/weights.ts'
import { connectionsOf } from '../../../harness/scenario/load-shape.ts'
import type { ServingExample } from '../../comparison/serving.ts'
import { outOfMemory } from '../../tables/oom-cell.ts'
import type { CardColumn, ScenarioRow } from '../../tables/selection.ts'
import { type Block, paragraph, type Section } from '../document.ts'
import type { Subject } from '../subject.ts'

/** "vLLM serving examples": for each card the largest model of the page that fits, with the command that starts it. */
export function servingSection(subject: Subject): Section | null {
  const { serving, selection } = subject
  if (serving === undefined) return null
  const blocks = selection.cards.flatMap((card): Block[] => {
    const [largest] = startable(card, subject)
    if (largest === undefined) return [paragraph(`${card.label}: no model of this page starts on it.`)]
    const { example, label } = largest
    return [
      {
        kind: 'code',
        title: `${card.label}: ${label}, the largest model of this page that fits`,
        lines: forReaders(example.lines),
      },
    ]
  })
  if (blocks.every(({ kind }) => kind !== 'code')) return null
  return { id: 'serving', title: 'vLLM serving examples', blocks }
}

/** The name of the container is ours, and nobody else needs it. */
const forReaders = (lines: readonly string[]): string[] => lines.filter((line) => !/^\s*--name /.test(line))

interface Startable {
  readonly label: string
  readonly bytes: number
  readonly example: Extract<ServingExample, { readonly lines: readonly string[] }>
}

/** What starts on one card, the largest model first; of several scenarios of a model the one that was served with the most streams, then the longest context. */
function startable(card: CardColumn, { selection, facts, serving }: Subject): Startable[] {
  return selection.scenarios
    .flatMap((row): (Startable & { readonly streams: number; readonly context: number })[] => {
      const { scenario } = selection.runOf(row.name, card.key) ?? row.sample
      if (scenario.kind !== 'text' || doesNotStart(row, card, { selection, facts })) return []
      const example = serving!(scenario, card.key)
      const model = modelOf(row.sample)
      if ('reason' in example || example.refusal !== null || model === null) return []
      const context = scenario.server?.maxModelLen ?? 0
      return [
        { label: model.label, bytes: weightBytes(model), example, streams: connectionsOf(scenario.load), context },
      ]
    })
    .toSorted((a, b) => b.bytes - a.bytes || b.streams - a.streams || b.context - a.context)
}

/** Out of memory on the card, or a scenario for several cards. */
const doesNotStart = (
  row: ScenarioRow,
  card: CardColumn,
  { selection, facts }: Pick<Subject, 'selection' | 'facts'>,
): boolean => outOfMemory(row, card, selection, facts) !== null || (row.sample.scenario.server?.tensorParallel ?? 1) > 1

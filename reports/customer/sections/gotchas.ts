import { counted } from '../../../harness/units.ts'
import { adviceOn } from '../../advice/advice.ts'
import { cardKeyOf } from '../../tables/selection.ts'
import { type Block, type Item, list, paragraph, type Section } from '../document.ts'
import type { Subject } from '../subject.ts'

/** "Production gotchas": what a buyer of these cards trips over, and what was found on the servers of this page. */
export function gotchas(subject: Subject): Section {
  const findings = foundItems(subject)
  const blocks: Block[] = [
    ...list(adviceOn(subject)),
    paragraph(
      findings.length === 0
        ? 'Of what could be read on the servers of this page, no setting or fault of a card would change a figure.'
        : 'Found on the servers of this page:',
    ),
    ...list(findings),
  ]
  return { id: 'gotchas', title: 'Production gotchas', blocks }
}

/** Gates about the card and its setting, which a customer may read; the others are about our own client. */
const CARD_GATES = new Set(['card-health', 'throttle', 'thermal-soak', 'power-limit', 'ecc', 'gpu-exclusive'])

/** What was found on the servers, each once with how often; words of the vendor's tools are left to the lab. */
function foundItems({ runs, selection, boxFindings }: Subject): Item[] {
  const labels = new Map(selection.cards.map(({ key, label }) => [key, label]))
  const gates = runs.flatMap((run) =>
    run.gates
      .filter(({ id, status }) => CARD_GATES.has(id) && (status === 'warn' || status === 'fail'))
      .map(({ id }) => ({ card: labels.get(cardKeyOf(run)) ?? 'a card', what: gateWords[id] ?? id })),
  )
  const boxes = runs.flatMap((run) =>
    (boxFindings?.(run) ?? []).map(({ read, why }) => ({
      card: labels.get(cardKeyOf(run)) ?? 'a card',
      what: `${read}: ${why}`,
    })),
  )
  return [...Map.groupBy([...boxes, ...gates], ({ card, what }) => `${card}\n${what}`).values()].map((same) => ({
    lead: `${same[0]!.card}:`,
    text: `${same[0]!.what} (in ${same.length} of ${counted(runs.filter((run) => labels.get(cardKeyOf(run)) === same[0]!.card).length, 'run')})`,
  }))
}

const gateWords: Readonly<Record<string, string>> = {
  'card-health': 'the driver reported a warning',
  throttle: 'the card reduced its clock for part of the time, for heat or power',
  'thermal-soak': 'the card was still warming up while it was measured',
  'power-limit': 'the power limit was not the default of the card',
  ecc: 'the counters or the mode of ECC need attention',
  'gpu-exclusive': 'another program used the card',
}

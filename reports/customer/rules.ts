import type { CardEntry } from '../../harness/catalogue/own/card-entry.ts'
import { warrantyCoversServers } from '../../harness/catalogue/support/card-support.ts'
import { headlineMetric } from '../../harness/metrics/headline.ts'
import { joinedAnd } from '../answer/phrases.ts'
import { formatGbp } from '../render/format-cell.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import { type CardColumn, cardKeyOf } from '../tables/selection.ts'
import { eccOf } from './ecc.ts'
import type { Subject } from './subject.ts'

/**
 * Recommendations that follow from properties of the cards rather than from one measurement. Each rule is stated beside its
 * answer, so that a reader who has another rule can see where the answer would differ.
 */
export interface DecisionRule {
  readonly id: string
  readonly title: string
  /** The rule in one sentence. */
  readonly rule: string
  readonly decide: (subject: Subject) => Decision
}

export interface Decision {
  readonly card: CardColumn | null
  readonly why: string
}

/** The purchase limit of the article's "MVP under £2k", in GBP. */
const CAPEX_LIMIT_GBP = 2000

interface Judged {
  readonly entry: CardEntry
  readonly column: CardColumn
  readonly lacks: readonly string[]
}

/** What a card lacks for data that must not be corrupted in a server that must be supported. */
function judgedForIntegrity(subject: Subject): Judged[] {
  return subject.cards.flatMap((entry) => {
    const column = subject.selection.cards.find(({ key }) => key === entry.key)
    if (column === undefined) return []
    const lacks = [
      ...(entry.ecc === undefined ? ['whether it has ECC is not known'] : []),
      ...(entry.ecc?.value === 'none' ? ['no ECC that can be switched on'] : []),
      ...(warrantyCoversServers(entry) === false ? ['its warranty excludes data centres'] : []),
    ]
    return [{ entry, column, lacks }]
  })
}

function byIntegrity(subject: Subject): Decision {
  const judged = judgedForIntegrity(subject)
  const fit = judged.filter(({ lacks }) => lacks.length === 0)
  const outs = judged
    .filter(({ lacks }) => lacks.length > 0)
    .map(({ column, lacks }) => `${column.label}: ${joinedAnd(lacks)}`)
  const [cheapest] = fit
  if (cheapest === undefined) return { card: null, why: outs.join('; ') || 'no card of this page is in the catalogue' }
  const warranty =
    warrantyCoversServers(cheapest.entry) === null
      ? 'ECC; whether its warranty covers a server is not known, ask its seller'
      : 'ECC, and a warranty that does not exclude servers'
  return { card: cheapest.column, why: [warranty, ...eccAdvice(cheapest, subject), ...outs].join('; ') }
}

/** What to do about ECC, by what the driver said in the runs of a card; nothing where it was on. */
function eccAdvice({ entry }: Judged, { runs }: Subject): string[] {
  if (entry.ecc?.value === 'always') return []
  const modes = runs.filter((run) => cardKeyOf(run) === entry.key).flatMap((run) => eccOf(run) ?? [])
  if (modes.length === 0) return ['whether ECC was on in these runs is not known']
  if (modes.every(Boolean)) return []
  return [`switch ECC on first: it was off in ${modes.some(Boolean) ? 'some of ' : ''}these runs`]
}

function byCapex(subject: Subject): Decision {
  const priced = subject.cards.flatMap((entry) => {
    const column = subject.selection.cards.find(({ key }) => key === entry.key)
    const price = subject.facts.priceGbp(entry.key)
    return column === undefined || price === null ? [] : [{ column, gbp: price.value }]
  })
  if (priced.length < subject.selection.cards.length) return { card: null, why: 'the price of a card is not known' }
  const within = priced.filter(({ gbp }) => gbp <= CAPEX_LIMIT_GBP)
  const beyond = priced
    .filter(({ gbp }) => gbp > CAPEX_LIMIT_GBP)
    .map(({ column, gbp }) => `${column.label} costs ${formatGbp(gbp, 0)}`)
  if (within.length === 0) return { card: null, why: beyond.join('; ') }
  const most = within.toSorted((a, b) => wins(subject, b.column) - wins(subject, a.column))[0]!
  const only = within.length === 1 ? 'the only card within the limit' : 'the most workloads measured within the limit'
  return {
    card: most.column,
    why: `${only}: ${formatGbp(most.gbp, 0)}${beyond.length > 0 ? `; ${beyond.join('; ')}` : ''}`,
  }
}

/** How many workloads a card ran. */
const wins = ({ selection }: Subject, card: CardColumn): number =>
  selection.scenarios.filter(({ name }) => {
    const run = selection.runOf(name, card.key)
    return run !== null && !('reason' in measuredOf(run, headlineMetric(run.scenario)))
  }).length

export const decisionRules: readonly DecisionRule[] = [
  {
    id: 'regulated',
    title: 'Regulated industry (finance, medical)',
    rule: 'The cheapest card with ECC and without a warranty that is known to exclude servers. Whether a law demands ECC is for your auditor to say.',
    decide: byIntegrity,
  },
  {
    id: 'long-training',
    title: 'Production training (24 hours and more)',
    rule: 'The same, because an undetected memory error spoils a day of training, and a card that fails must be replaced.',
    decide: byIntegrity,
  },
  {
    id: 'capex',
    title: `MVP with at most ${formatGbp(CAPEX_LIMIT_GBP, 0)} for the card`,
    rule: `Of the cards that cost at most ${formatGbp(CAPEX_LIMIT_GBP, 0)}, the one that runs the most workloads of this page.`,
    decide: byCapex,
  },
]

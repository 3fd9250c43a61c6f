import { modelOf } from '../../../harness/catalogue/own-models.ts'
import { weightBytes } from '../../../harness/physics/model/weights.ts'
import { firstFew, joinedAnd, joinedOr } from '../../answer/phrases.ts'
import { hasFixedDemand } from '../../comparison/card-money.ts'
import type { Alone } from '../../comparison/winners.ts'
import { type Block, type Item, list, paragraph, type Section } from '../document.ts'
import { decisionRules } from '../rules.ts'
import type { Subject } from '../subject.ts'
import { beyondAll } from './unlocked.ts'

/** "Verdict": when to pick which card, when to pick neither, and one plain sentence per card. */
export function verdict(subject: Subject): Section {
  const { cards } = subject.selection
  const picks = cards.flatMap((card) => pickOf(card, subject))
  const blocks: Block[] = [...list([...picks, ...neither(subject)]), ...closing(subject)]
  if (blocks.length === 0)
    blocks.push(
      paragraph(
        'These figures decide nothing yet: measure the same workloads on each card, then make this page again.',
      ),
    )
  return { id: 'verdict', title: 'Verdict', blocks }
}

const OF_TABLE = 'workloads of the winner table'

type Card = Subject['selection']['cards'][number]

function pickOf(card: Card, subject: Subject): Item[] {
  if (subject.selection.cards.length < 2) {
    const ran = subject.winners.filter(({ none }) => !none).map(({ workload }) => workload.title)
    return ran.length === 0 ? [] : [{ lead: `The ${card.label}`, text: `runs ${joinedAnd(ran)}.` }]
  }
  const won = subject.winners.filter((winner) => winner.card?.key === card.key)
  const [alone, withinSlo, cheaper] = (['memory', 'slo', null] as const).map((why) =>
    won.filter((winner) => winner.alone === why).map(({ workload }) => workload.title),
  )
  const ruled = decisionRules.filter(({ decide }) => decide(subject).card?.key === card.key).map(({ title }) => title)
  const reasons = [
    ...(alone!.length > 0
      ? [`you serve ${firstFew(alone!, OF_TABLE)}: only this card runs ${alone!.length === 1 ? 'it' : 'them'}`]
      : []),
    ...(withinSlo!.length > 0
      ? [
          `you serve ${firstFew(withinSlo!, OF_TABLE)} within the SLO: only this card meets ${withinSlo!.length === 1 ? 'it' : 'them'}`,
        ]
      : []),
    ...(cheaper!.length > 0
      ? [
          `you serve ${firstFew(cheaper!, OF_TABLE)}: both run ${cheaper!.length === 1 ? 'it' : 'them'}, and this card costs less`,
        ]
      : []),
    ...(ruled.length > 0 ? [`your case is one of these: ${joinedAnd(ruled)}`] : []),
  ]
  return reasons.length === 0 ? [] : [{ lead: `Pick the ${card.label}`, text: `if ${reasons.join('; or ')}.` }]
}

/** What no card of the page runs. */
function neither(subject: Subject): Item[] {
  const names =
    subject.selection.cards.length === 1
      ? 'another card'
      : subject.selection.cards.length === 2
        ? 'neither'
        : 'none of them'
  const none = subject.winners.filter((winner) => winner.none).map(({ workload }) => workload.title)
  const beyond = beyondAll(subject.cards)
  const reasons = [
    ...(none.length > 0 ? [`you need ${joinedOr(none)}, which no card of this page runs as it was measured`] : []),
    ...(beyond.length > 0 ? [`one card must hold ${joinedOr(beyond)}`] : []),
  ]
  const fallback = 'your load is larger than what was measured here: nothing beyond it was tried'
  return [{ lead: `Pick ${names}`, text: `if ${reasons.join('; or ') || fallback}.` }, ...crowd(subject)]
}

/** A large model for many users at once: from here on neither card is recommended without a measurement. */
const LARGE_MODEL_BYTES = 35e9
const MANY_USERS = 100

/** The article sends 100 users of a 70B model to another card; this page says so only where it was measured. */
function crowd({ runs }: Subject): Item[] {
  const isMeasured = runs.some((run) => {
    const { load } = run.scenario
    const model = modelOf(run)
    return (
      model !== null &&
      weightBytes(model) >= LARGE_MODEL_BYTES &&
      load.shape === 'closed' &&
      load.concurrency >= MANY_USERS
    )
  })
  return isMeasured
    ? []
    : [
        {
          lead: 'Ask for a measurement',
          text: `before you serve a model of 70B parameters to ${MANY_USERS} users or more: no run of this page did that.`,
        },
      ]
}

/** One plain sentence per card: its cheapest win, else its first workload that no other card runs, or meets the SLO of. */
function closing({ selection, winners }: Subject): Block[] {
  if (selection.cards.length < 2) return []
  const sentences = selection.cards.flatMap((card) => {
    const won = winners.filter((winner) => winner.card?.key === card.key)
    // a workload with a demand is a case that a reader can recognise
    const first = (why: Alone) => {
      const all = won.filter(({ alone }) => alone === why)
      return all.find(({ workload }) => workload.rows.every(hasFixedDemand)) ?? all[0]
    }
    const [cheap, only, withinSlo] = [first(null), first('memory'), first('slo')]
    if (cheap !== undefined)
      return [`For ${cheap.workload.title}, the ${card.label} is the right answer: ${cheap.why}.`]
    if (only !== undefined) return [`For ${only.workload.title}, the ${card.label} is the only choice of this page.`]
    if (withinSlo !== undefined)
      return [`For ${withinSlo.workload.title}, only the ${card.label} meets the SLO: ${withinSlo.why}.`]
    return []
  })
  return sentences.length === 0 ? [] : [paragraph(sentences.join(' '))]
}

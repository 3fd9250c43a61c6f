import { cardOfRun } from '../catalogue/own/own-cards.ts'
import { imagesLimit, stepsLimit, textsLimit } from './limits/jobs.ts'
import type { Cards, LimitReason, LimitSubject, RunLimit } from './limits/subject.ts'
import { textLimit } from './limits/text.ts'
import { servingGpus } from './serving-gpus.ts'

/**
 * The one physical limit of a run, for gates, reports and predictions (docs/metrics.md#physical-limit), or the reason
 * why there is none. No valid result can exceed it, so unknowns are resolved in favour of the run: the largest batch that
 * load and server allow, the minimum of context and KV, the highest clocks of SMs and memory, all serving GPUs.
 */
export function runLimit(subject: LimitSubject): RunLimit | LimitReason {
  const { scenario, card: named } = subject
  const card = cardOfRun(named)
  if (card === null)
    return { reason: named.reason ?? `${named.key ?? named.name ?? 'the card'} is not in the catalogue` }
  const serving = servingGpus(subject.gpus)
  const smClockMHz = highest(serving.map((gpu) => gpu.maxSmClockMHz))
  const cards: Cards = {
    gpus: Math.max(1, serving.length),
    smClockGhz: smClockMHz === null ? null : smClockMHz / 1000,
    memClockMHz: highest([...serving.map((gpu) => gpu.maxMemClockMHz ?? null), ...seenMemClocks(subject)]),
  }
  switch (scenario.kind) {
    case 'text':
      return textLimit(card, { ...subject, scenario }, cards)
    case 'image':
      return imagesLimit(card, { ...subject, scenario }, cards)
    case 'embeddings':
      return textsLimit(card, { ...subject, scenario }, cards)
    case 'training':
      return stepsLimit(card, { ...subject, scenario }, cards)
  }
}

const highest = (clocks: readonly (number | null)[]): number | null => {
  const known = clocks.filter((clock) => clock !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** A driver may report a maximum memory clock that an offset has raised the card above: what was seen counts too. */
const seenMemClocks = ({ telemetry }: LimitSubject): number[] =>
  (telemetry?.trials ?? []).flatMap(({ window }) =>
    'memClockMHz' in window && typeof window.memClockMHz === 'number' ? [window.memClockMHz] : [],
  )

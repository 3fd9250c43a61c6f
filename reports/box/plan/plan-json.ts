import { cardsInWords, downloadSize, type ShownPlan, startsOf } from './shown-plan.ts'

/** The plan of a night as one document: minutes are at most and without downloads, sizes in bytes, null where not known. */
export function planJson(plan: ShownPlan): string {
  const { bytes, isLeast } = downloadSize(plan)
  const document = {
    cards: plan.cards.map(({ index, entry }) => ({ index, card: entry.label })),
    title: cardsInWords(plan.cards),
    serverStarts: startsOf(plan),
    minutes: plan.minutes,
    downloadBytes: isLeast ? null : bytes,
    downloads: plan.downloads,
    stages: plan.stages.map(({ start, servers, parts }) => ({
      start,
      servers: servers.map((server) => ({
        id: server.id,
        gpus: server.cards.map(({ index }) => index),
        model: server.launch.model,
        startMinutes: server.startMinutes,
        corrections: server.launch.corrections,
        ...(server.link === undefined ? {} : { link: server.link }),
      })),
      parts: parts.map(({ kind, lanes }) => ({
        kind,
        lanes: lanes.map(({ server, runs }) => ({
          server,
          runs: runs.map(({ name, minutes, mostTrials }) => ({ name, minutes, mostTrials: mostTrials ?? null })),
        })),
      })),
    })),
    soak: plan.soak === undefined ? null : soakOf(plan.soak),
    leftOut: plan.leftOut,
  }
  return `${JSON.stringify(document, null, 2)}\n`
}

const soakOf = ({ hours, rounds, roundSeconds, lanes }: NonNullable<ShownPlan['soak']>) => ({
  ...{ hours, rounds, roundSeconds },
  gpus: lanes.map(({ card }) => card.index),
})

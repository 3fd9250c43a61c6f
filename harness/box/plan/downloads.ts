import type { BoxPlan, PlannedStage } from './box-plan.ts'

/** What the servers of a night need from a registry or a hub: each image and each repository of weights once. */
export function downloadsOf(stages: readonly PlannedStage[]): BoxPlan['downloads'] {
  const launches = stages.flatMap(({ servers }) => servers.map(({ launch }) => launch))
  const images = [...new Set(launches.map(({ image }) => image))]
  const weights = new Map(
    launches.flatMap(({ repository, model, weightsBytes }) =>
      repository === null ? [] : [[repository, { what: model, repository, bytes: weightsBytes }] as const],
    ),
  )
  // the size of an image is known to its registry only
  return [...images.map((what) => ({ what, repository: null, bytes: null })), ...weights.values()]
}

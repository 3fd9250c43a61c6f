import { VLLM_REPOSITORY, vllmImages } from '../../endpoint/serve/image/vllm-images.ts'
import type { BoxPlan, PlannedStage } from './box-plan.ts'

/** What the servers of a night need from a registry or a hub: each image and each repository of weights once. */
export function downloadsOf(stages: readonly PlannedStage[]): BoxPlan['downloads'] {
  const launches = stages.flatMap(({ servers }) => servers.map(({ launch }) => launch))
  // a training command of the user's own runs without a container
  const images = [...new Set(launches.filter(({ argv }) => argv.length > 0).map(({ image }) => image))]
  const weights = new Map(
    launches.flatMap(({ repository, model, weightsBytes }) =>
      repository === null ? [] : [[repository, { what: model, repository, bytes: weightsBytes }] as const],
    ),
  )
  return [...images.map((what) => ({ what, repository: null, bytes: imageBytes(what) })), ...weights.values()]
}

/** What an image downloads, where its digest is known; the size of any other is known to its registry only. */
const imageBytes = (image: string): number | null => {
  // Podman is given the registry as well
  const name = image.replace(/^docker\.io\//, '')
  const known = vllmImages.find(({ digest }) => name.startsWith(VLLM_REPOSITORY) && name.endsWith(`@${digest}`))
  return known?.downloadBytes?.value ?? null
}

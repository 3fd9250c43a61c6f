import { type EngineAt, inspected, inspectedImage } from '../container.ts'
import { imageFor } from '../engine/engine.ts'
import type { ServeOptions } from '../plan.ts'
import { digestIn, pinnedReferences, publishedDigest, withoutDigest } from './reference.ts'

/** An image as its engine names it. */
export interface ImageIdentity {
  readonly id: string | null
  /** By which its registry names it; null for an image that was built or loaded here. */
  readonly digest: string | null
}

/** The image that a container runs. Both are null where the engine does not answer. */
export async function imageOf(container: string, image: string, at: EngineAt): Promise<ImageIdentity> {
  const printed = (await inspected(container, '{{.Image}}', at))?.trim() ?? ''
  if (!/^(?:sha256:)?[a-f0-9]{64}$/.test(printed)) return { id: null, digest: null }
  return { id: printed, digest: await digestOf(printed, image, at) }
}

/** The digest of an image on this machine, as its repository names it; null where it has none or is not here. */
async function digestOf(idOrName: string, image: string, at: EngineAt): Promise<string | null> {
  const digests = repoDigests(await inspectedImage(idOrName, '{{json .RepoDigests}}', at))
  const repository = withoutDigest(image)
    .replace(/:[^:/]*$/, '')
    .replace(/^docker\.io\//, '')
  const own = digests.find((each) => each.replace(/^docker\.io\//, '').startsWith(`${repository}@`))
  const found = own ?? digests[0]
  return found === undefined ? null : digestIn(found)
}

/** What podman and docker print of `.RepoDigests`; nothing where it is no list. */
function repoDigests(text: string | null): string[] {
  try {
    const value: unknown = JSON.parse(text ?? 'null')
    return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
  } catch {
    return []
  }
}

/** Whether an image is on this machine. */
const isPresent = async (image: string, at: EngineAt): Promise<boolean> =>
  (await inspectedImage(image, '{{.Id}}', at)) !== null

/**
 * The options of a launch on a machine that may download nothing. An image that was loaded from a file has its tag and no
 * digest, so each pinned one is found under its tag where its pinned name is not here.
 */
export async function offlineOptions(options: ServeOptions, env: NodeJS.ProcessEnv): Promise<ServeOptions> {
  const { offline, engine = 'docker' } = options
  if (offline !== true) return options
  const at = { engine, env }
  const isHere = (image: string): Promise<boolean> => isPresent(imageFor(engine, image), at)
  const found = await Promise.all(
    pinnedReferences(options).map(async (pinned) =>
      !(await isHere(pinned)) && (await isHere(withoutDigest(pinned))) ? [pinned] : [],
    ),
  )
  const loadedByTag = found.flat()
  return loadedByTag.length === 0 ? options : { ...options, loadedByTag }
}

/** What is to be said of an image under a tag whose published digest is known: another one, or one without a digest. */
export function imageNote(image: string, { digest }: ImageIdentity): string | null {
  const published = publishedDigest(image)
  if (published === null || digest === published) return null
  return digest === null
    ? `image ${image} was not pulled from its registry: whether it is the published one is not known`
    : `image ${image} has the digest ${digest}, the published one ${published}`
}

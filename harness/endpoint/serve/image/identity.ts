import { type EngineAt, inspected, inspectedImage } from '../container.ts'
import { digestIn, withoutDigest } from './reference.ts'

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

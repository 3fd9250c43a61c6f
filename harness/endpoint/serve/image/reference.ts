import { JoulemarkError } from '../../../errors.ts'
import { OMNI_IMAGE } from './omni-image.ts'
import { knownDigest, VLLM_REPOSITORY } from './vllm-images.ts'

/**
 * Name of an image: registry, repository, tag, digest. From the grammar of the distribution project
 * (github.com/distribution/reference), with repository names in lower case.
 */
const REFERENCE =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d+)?\/)?[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*(?::[\w][\w.-]{0,127})?(?:@sha256:[a-f0-9]{64})?$/

/** Returns the name of an image. Throws `bad-input` for what is none: it would be taken for a flag, or for the command. */
export function imageReference(text: string): string {
  if (REFERENCE.test(text)) return text
  throw new JoulemarkError(
    'bad-input',
    `image ${text}: expected REPOSITORY, REPOSITORY:TAG or REPOSITORY@sha256:DIGEST`,
  )
}

/** Image of vLLM by tag, with its digest where that is known, so that a tag that was moved is not taken for it. */
export function vllmReference(tag: string): string {
  const digest = knownDigest(tag)
  return `${VLLM_REPOSITORY}:${tag}${digest === null ? '' : `@${digest}`}`
}

/** Image of vLLM-Omni, which serves images. */
export const OMNI_REFERENCE = `${OMNI_IMAGE.repository}:${OMNI_IMAGE.tag}@${OMNI_IMAGE.digest}`

/** The pinned images that launches with these options may run; none that a person named. */
export const pinnedReferences = ({
  image,
  tag,
}: {
  readonly image?: string | undefined
  readonly tag: string
}): string[] =>
  [...(image === undefined ? [vllmReference(tag)] : []), OMNI_REFERENCE].filter((each) => digestIn(each) !== null)

/** The name by which an engine finds a pinned image: its tag where it is here under that only. */
export const nameHere = (pinned: string, { loadedByTag = [] }: { readonly loadedByTag?: readonly string[] }): string =>
  loadedByTag.includes(pinned) ? withoutDigest(pinned) : pinned

/** The digest that is published under the name and the tag of an image; null where none is known. */
export function publishedDigest(image: string): string | null {
  const [, repository, tag = ''] = /^(?:docker\.io\/)?([^:@]+):([\w.-]+)$/.exec(image) ?? []
  if (repository === VLLM_REPOSITORY) return knownDigest(tag)
  return repository === OMNI_IMAGE.repository && tag === OMNI_IMAGE.tag ? OMNI_IMAGE.digest : null
}

/** The digest in the name of an image; null where it has none. */
export const digestIn = (image: string): string | null => /@(sha256:[a-f0-9]{64})$/.exec(image)?.[1] ?? null

/** An image without its digest: what a box without a network may have it under, loaded from a file. */
export const withoutDigest = (image: string): string => image.replace(/@sha256:[a-f0-9]{64}$/, '')

import { readFileSync } from 'node:fs'
import { z } from 'zod'

/** Definitions of Kubernetes' own OpenAPI document, in which a field that they do not have is an error. */
const published = JSON.parse(readFileSync(new URL('./fixtures/kubernetes/v1.34.2.json', import.meta.url), 'utf8')) as {
  readonly kinds: Readonly<Record<string, string>>
  readonly $defs: Readonly<Record<string, unknown>>
}

/** What is wrong with an object by the published schema of its kind: a line for each; none for a valid one. */
export function kubernetesErrors(object: { readonly kind: string }): string[] {
  const definition = published.kinds[object.kind]
  if (definition === undefined) return [`${object.kind}: no schema here`]
  const schema = z.fromJSONSchema({ $ref: `#/$defs/${definition}`, $defs: published.$defs } as Parameters<
    typeof z.fromJSONSchema
  >[0])
  const result = schema.safeParse(object)
  return result.success ? [] : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
}

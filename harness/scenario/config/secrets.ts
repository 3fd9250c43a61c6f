import { JoulemarkError } from '../../errors.ts'
import { secretsIn, strictMaskOf } from '../../secret-mask.ts'
import type { YamlSource } from '../yaml-source.ts'

/**
 * Throws `bad-input` for each text of the file that is a secret: of a well-known form, or the value of a secret of the
 * environment. A configuration is shared and committed, so that a secret in it leaks. The value is not repeated.
 */
export function refuseSecrets(source: YamlSource, env: NodeJS.ProcessEnv): void {
  const mask = strictMaskOf(secretsIn(env))
  const places = textsOf(source.value).filter(({ text }) => {
    const shown = withoutUser(text)
    return mask(shown) !== shown
  })
  if (places.length === 0) return
  const lines = places.map(({ path }) => {
    // a key of the file that is itself a secret is not repeated either
    const field = path.map((step) => mask(String(step))).join('.')
    return `${source.file}:${source.lineOf(path)}: ${field}: looks like a secret; none is kept in this file: set OPENAI_API_KEY, HF_TOKEN or PGPASSWORD in the environment`
  })
  throw new JoulemarkError('bad-input', lines.join('\n'))
}

/** The address of a database without its user, which is no secret; one with a password stays as it is. */
const withoutUser = (text: string): string => text.replace(/^(postgres(?:ql)?:\/\/)[^\s:@/]+@/, '$1')

interface Text {
  readonly path: readonly PropertyKey[]
  readonly text: string
}

/** Every text of a value with its path, the names of its keys among them. */
function textsOf(value: unknown, path: readonly PropertyKey[] = []): Text[] {
  if (typeof value === 'string') return [{ path, text: value }]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [
    { path: [...path, key], text: Array.isArray(value) ? '' : key },
    ...textsOf(inner, [...path, key]),
  ])
}

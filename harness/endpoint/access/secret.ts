import { JoulemarkError } from '../../errors.ts'

/** Environment variables that hold a secret which is sent as a bearer token. */
export type SecretName = 'OPENAI_API_KEY' | 'HF_TOKEN'

/**
 * A key from the environment, without the spaces and line breaks around it (a `.env` file with CRLF leaves one); null
 * where none is set. Throws `bad-input` for a key that no server can have been given: it would be refused in every
 * request, and a line break inside it would write a header of its own. The message never holds a part of the key.
 */
export function readSecret(env: NodeJS.ProcessEnv, name: SecretName): string | null {
  const key = (env[name] ?? '').trim()
  if (key === '') return null
  const fault = faultOf(key, name)
  if (fault !== null) throw new JoulemarkError('bad-input', `${name}: ${fault}`)
  return key
}

const PASTE = 'copy the key again, as plain text'

/** What is wrong with a key and what to do, without a part of it; null where nothing is. */
function faultOf(key: string, name: string): string | null {
  if (/^["'`]|["'`]$/.test(key)) return 'the key is in quotes; remove them'
  if (/^(?:authorization:\s*)?bearer\s/i.test(key)) return 'the key begins with "Bearer "; expected the key alone'
  if (key.startsWith(`${name}=`)) return `the key begins with "${name}="; expected the key alone`
  const index = [...key].findIndex((character) => !/^[ -~]$/.test(character))
  if (index === -1) return null
  const character = [...key][index] as string
  const kind = kinds.find(([pattern]) => pattern.test(character))?.[1] ?? 'a character that is not ASCII'
  return `character ${index + 1} is ${kind}, which no HTTP header can carry; ${PASTE}`
}

/** Characters that programs put into a copied key. */
const kinds: readonly (readonly [RegExp, string])[] = [
  [/[\r\n\u0085\u2028\u2029]/, 'a line break'],
  [/\t/, 'a tab'],
  [/\p{Cc}/u, 'a control character'],
  [/[\u2018-\u201f\u2039\u203a\u00ab\u00bb\u300c-\u300f\uff02\uff07]/, 'a typographic quotation mark'],
  [/[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]/, 'a typographic dash'],
  [/[\u2026\u2022\u25cf\u00b7]/, 'a dot of a key that was shown shortened or hidden'],
  [/[\p{Cf}\p{Zs}]/u, 'an invisible character or a special space'],
]

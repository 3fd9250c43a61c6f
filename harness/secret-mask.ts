/** Removes secrets from a text. Idempotent: a masked text stays as it is. */
export type Mask = (text: string) => string

/** What stands in the place of a secret. */
export const MASKED = '[secret]'

/**
 * Secrets of well-known forms, whoever they belong to: keys of services, bearer tokens, passwords in the user part of a URL,
 * keys in a query, private keys.
 */
const KNOWN_FORMS: readonly RegExp[] = [
  // the variables of Hugging Face begin as its tokens do, and a message that names one has no secret
  /\b(?:sk[-_](?=[\w-]{0,100}\d)|hf_(?!(?:hub_[a-z_]{3,30}|endpoint)(?![\w-]))|nvapi-|gh[opsru]_|github_pat_|glpat-|npm_|xox[a-z]-)[\w-]{8,}/gi,
  /\bBearer\s+[\w.~+/=-]{8,}/gi,
  /(?<=:\/\/)[^\s/"'<>]+@/g,
  /(?<=[?&](?:[\w-]*(?:key|token|secret|password|passwd|signature|sig|auth|credential))=)[^&#\s"'<>]+/gi,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
]

/** A shorter part of a secret counts as a coincidence. */
const MIN_PART = 4

/**
 * Whether a value is a word rather than a secret (`EMPTY`, `none`, `12345`): whoever guesses it needs no log, and to remove
 * it from every text would remove ordinary words and numbers.
 */
export const isGuessable = (value: string): boolean =>
  /^(?:.{0,5}|(?!(?:sk|hf)[-_])[a-z_-]{0,15}|\d{0,15})$/is.test(value)

/**
 * A mask for these secrets and for those of well-known forms. A secret is found in any mixture of upper and lower case, and as
 * percent-encoding, JSON, HTML, hexadecimal or base64 write it, at any place of a longer text that was encoded. One that is
 * guessable is found only as a word, as it is.
 */
export function maskOf(secrets: readonly (string | null | undefined)[]): Mask {
  const known = [...new Set(secrets)].filter((secret): secret is string => typeof secret === 'string' && secret !== '')
  const longestFirst = known.toSorted((a, b) => b.length - a.length)
  const [words, keys] = [longestFirst.filter(isGuessable), longestFirst.filter((secret) => !isGuessable(secret))]
  const patterns = [
    ...(keys.length === 0 ? [] : [new RegExp(keys.flatMap(formsOf).join('|'), 'gi')]),
    ...words.map((word) => new RegExp(`(?<![\\w[])${literal(word)}(?![\\w\\]])`, 'g')),
    ...KNOWN_FORMS,
  ]
  return (text) => {
    if (text === '') return text
    let masked = text
    for (const pattern of patterns) masked = masked.replace(pattern, MASKED)
    return masked
  }
}

/** A mask for what is not guessable among these secrets: it never removes ordinary words. */
export const strictMaskOf = (secrets: readonly (string | null | undefined)[]): Mask =>
  maskOf(secrets.filter((secret) => typeof secret === 'string' && !isGuessable(secret)))

/** By key: to make a mask costs more than to use it, and a process has one key. */
const keyMasks = new Map<string | null, Mask>()

/** The mask of the key that a server was sent, for the texts of its answers. */
export function keyMask(apiKey: string | null): Mask {
  const mask = keyMasks.get(apiKey) ?? strictMaskOf([apiKey])
  keyMasks.set(apiKey, mask)
  return mask
}

/** Names of variables of the environment that hold a secret. */
const SECRET_NAMES =
  /(?:^|_)(?:API_?KEY|ADMIN_KEY|ACCESS_KEY|TOKEN|SECRET|SECRET_KEY|PASS|PASSWORD|PASSWD|CREDENTIALS?)$/i

/** The secrets of an environment, by the names of its variables, and the passwords of its proxies. */
export function secretsIn(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const text = value?.trim() ?? ''
    if (text === '') return []
    if (SECRET_NAMES.test(name)) return [text]
    const password = /:\/\/[^\s/@:]*:([^\s/@]+)@/.exec(text)?.[1]
    return password === undefined ? [] : [password]
  })
}

/** A JSON value with all its texts masked, those of its keys among them. */
export function maskedValue<Value>(value: Value, mask: Mask): Value {
  const walk = (each: unknown): unknown => {
    if (typeof each === 'string') return mask(each)
    if (Array.isArray(each)) return each.map(walk)
    if (typeof each !== 'object' || each === null) return each
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [mask(key), walk(inner)]))
  }
  return walk(value) as Value
}

/** A longer secret, such as a signed token, is searched as it is: every encoding of its characters would take megabytes. */
const MAX_ENCODED_CHARACTERS = 300

/** Expressions for the forms of a secret. */
function formsOf(secret: string): string[] {
  const hex = Buffer.from(secret).toString('hex')
  const isLong = secret.length > MAX_ENCODED_CHARACTERS
  const characters = isLong ? literal(secret) : [...secret].map(characterForms).join('')
  return [characters, hex, ...base64Forms(secret)]
}

/**
 * A character as itself, or as percent-encoding, JSON, a script, or HTML write it; each at any usual depth of encoding. The
 * bounds keep the search linear in a text of nothing but backslashes.
 */
function characterForms(character: string): string {
  const code = character.codePointAt(0) as number
  const hex = code.toString(16).padStart(2, '0')
  const percent = [...Buffer.from(character)]
    .map((byte) => `%(?:25){0,4}${byte.toString(16).padStart(2, '0')}`)
    .join('')
  const forms = [
    `\\\\{0,3}${literal(character)}`,
    percent,
    `\\\\{1,4}u00${hex}`,
    `\\\\{1,4}u\\{0{0,4}${hex}\\}`,
    `\\\\{1,4}x${hex}`,
    `&(?:amp;){0,4}#0{0,4}${code}(?:;|(?!\\d))`,
    `&(?:amp;){0,4}#x0{0,4}${hex}(?:;|(?![\\da-f]))`,
    ...(htmlNames[character] ?? []).map((name) => `&(?:amp;){0,4}${name};`),
    ...(character === ' ' ? ['\\+'] : []),
  ]
  return `(?:${forms.join('|')})`
}

const htmlNames: Readonly<Record<string, readonly string[]>> = {
  '&': ['amp'],
  '<': ['lt'],
  '>': ['gt'],
  '"': ['quot'],
  "'": ['apos'],
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')

/**
 * Base64 of a secret behind 0, 1 or 2 other bytes, each without the characters that depend on its neighbours: `user:KEY` and
 * `Bearer KEY` are found as well. In the alphabet of URLs as well.
 */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].flatMap((before) => {
    const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)])
    const whole = bytes.toString('base64').replace(/=+$/, '')
    const from = before === 0 ? 0 : before + 1
    const to = bytes.length % 3 === 0 ? whole.length : whole.length - 1
    const core = whole.slice(from, to)
    return core.length < MIN_PART ? [] : [[...core].map(base64Character).join('')]
  })
}

const base64Character = (character: string): string =>
  character === '+' ? '(?:\\+|-|%2b)' : character === '/' ? '(?:\\/|_|%2f|\\\\\\/)' : character

/** A text that may have been cut in the middle of a secret, without the part of the secret at its end. */
export function withoutCutSecret(text: string, secret: string): string {
  for (let length = secret.length - 1; length >= MIN_PART; length -= 1) {
    if (text.endsWith(secret.slice(0, length))) return `${text.slice(0, -length)}${MASKED}`
  }
  return text
}

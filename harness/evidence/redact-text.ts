/** The names of machines and users in a text, with their replacements. */
export interface Names {
  readonly hostname: string
  /** Pseudonyms by GPU UUID: the same in all files, so that samples still match their GPU. */
  readonly gpus: ReadonlyMap<string, string>
}

export const REDACTED = 'redacted'

const otherUuid = /\b(GPU|MIG)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi
const urlHost = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#,;"')]+/gi
const ipv4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)/g
const ipv6 =
  /(?<![\w:.])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:.])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?![\w:])/gi
const socketName = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH)\s+\S+/g
const unixFolders = /(?<=^|[\s"'=(,:])~?\/(?:[^\s/"':;,()]+\/)+/g
const windowsPath = /\b[a-z]:\\[^\s"']+/gi

/**
 * A text without GPU UUIDs, hosts, addresses and folders, which hold user names. The last part of a path and the name of a
 * model repository stay: they show what was served, not by whom.
 */
export function redactText(text: string, names: Names): string {
  const left = withPseudonyms(text, names.gpus)
    .replace(otherUuid, (_, kind: string) => `${kind}-${REDACTED}`)
    .replace(urlHost, (_, scheme: string) => `${scheme}${REDACTED}`)
    .replace(socketName, (_, code: string) => `${code} ${REDACTED}`)
    .replace(ipv6, REDACTED)
    .replace(ipv4, REDACTED)
    .replace(windowsPath, REDACTED)
    .replace(unixFolders, (folders) => {
      const repository = /models--[^/]+/.exec(folders)?.[0]
      return repository ? `/${REDACTED}/${repository}/` : `/${REDACTED}/`
    })
  // a value equal to the host name may be another name, such as an engine named like the host
  return left === names.hostname || names.hostname.length < 3 ? left : withoutWord(left, names.hostname)
}

/** Replaces all in one pass, because a pseudonym may equal the name of another card. */
function withPseudonyms(text: string, gpus: Names['gpus']): string {
  if (gpus.size === 0) return text
  const longestFirst = [...gpus.keys()].toSorted((a, b) => b.length - a.length)
  return text.replace(new RegExp(longestFirst.map(literal).join('|'), 'g'), (uuid) => gpus.get(uuid) ?? uuid)
}

const literal = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

function withoutWord(text: string, word: string): string {
  return text.replace(new RegExp(`(?<![\\w.-])${literal(word)}(?![\\w-])`, 'g'), REDACTED)
}

/** Fields that always hold a name. */
const nameFields = new Set([
  'hostname',
  'serial',
  'boardSerial',
  'pciBusId',
  'busId',
  'user',
  'username',
  'ip',
  'mac',
  'pid',
])

/** A JSON value with all texts redacted, including keys that are GPU UUIDs. Null stays null. */
export function redactValue(value: unknown, names: Names): unknown {
  if (typeof value === 'string') return redactText(value, names)
  if (Array.isArray(value)) return value.map((each) => redactValue(each, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      names.gpus.get(key) ?? key,
      nameFields.has(key) && typeof inner === 'string' ? REDACTED : redactValue(inner, names),
    ]),
  )
}

import { maskOf } from '../../secret-mask.ts'

/** The names of machines, models and processes in a record, with their replacements. */
export interface Names {
  /** Of the machine and of the server, as they are known. */
  readonly hostnames: readonly string[]
  /** Pseudonyms by GPU UUID: the same in all files, so that samples still match their GPU. */
  readonly gpus: ReadonlyMap<string, string>
  /** Pseudonyms of models that the server has beside the measured one: adapters are named after customers. */
  readonly models: ReadonlyMap<string, string>
  /** Pseudonyms by process id: the same before and after the run. */
  readonly pids: ReadonlyMap<number, number>
}

export const REDACTED = 'redacted'

const withoutSecrets = maskOf([])
const otherUuid = /\b(GPU|MIG)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi
const urlHost = /(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/?#,;"')]+/gi
const mail = /(?<![\p{L}\p{N}_.+-])(?!\d+@)[\p{L}\p{N}_.+-]+@(?!sha256\b)\p{L}[\p{L}\p{N}-]*(?:\.[\p{L}\p{N}-]+)*/gu
const mac = /(?<![\w:.-])[0-9a-f]{2}([:-])[0-9a-f]{2}(?:\1[0-9a-f]{2}){4}(?![\w:-])/gi
const ipv4 = /(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\w)/g
const ipv6 =
  /(?<![\w:.])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])|(?<![\w:.])(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*)?(?![\w:])/gi
const socketName = /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|EHOSTUNREACH)\s+\S+/g
const pid = /\b(pid\s*[:=]?\s*)\d+/gi
const homeUser = /(?<=\/(?:home|Users)\/)[^\s/"':;,()]+/gi
const unixFolders = /(?<=^|[\s"'=(,:[{<>|;`@])(?:~[\w.-]*)?\/(?:[^\s/"':;,()]+\/)+/g
const windowsPath = /\b[a-z]:\\[^\s"']+|\\\\[\w.-]+\\[^\s"']+/gi

/** Ends of host names, inside of networks and on the Internet, that no version, file or model name has. */
const domainEnd =
  'internal|intranet|local|localdomain|lan|corp|home|private|cluster|svc|com|net|org|edu|gov|io|ai|cloud|dev|app|tech|co|eu|uk|de|fr|nl|ch|at|it|es|se|no|dk|fi|pl|us|ca|au|jp|cn|kr|sg'
/** A domain, and a path of an image that follows it: in `registry.acme.com:5000/alice/vllm:1` the user follows the host. */
const domain = new RegExp(
  `(?<![\\w./@-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)*[a-z0-9-]*[a-z][a-z0-9-]*\\.(?:${domainEnd})(?![\\w-]|\\.\\w)(:\\d+)?((?:\\/[\\w.-]+)*\\/)?`,
  'gi',
)
/** Hosts of software that everybody uses: they show what was used, not by whom. */
const publicHosts = /^(?:huggingface\.co|github\.com|pypi\.org|vllm\.ai|docs\.vllm\.ai|nvidia\.com|docs\.nvidia\.com)$/i
const publicImages = /^(?:docker\.io\/)?(?:vllm|nvidia|lmsysorg|rocm)\/[^/]+$|^nvcr\.io\/nvidia\/(?:[^/]+\/)*[^/]+$/i

/**
 * A text without secrets, GPU UUIDs, hosts, domains, addresses, mail addresses, process ids, other models and folders, which
 * hold user names. The last part of a path and the name of a model repository stay: they show what was served, not by whom.
 */
export function redactText(text: string, names: Names): string {
  const left = withPseudonyms(withoutSecrets(text), names.gpus)
    .replace(otherUuid, (_, kind: string) => `${kind}-${REDACTED}`)
    .replace(urlHost, (_, scheme: string) => `${scheme}${REDACTED}`)
    .replace(socketName, (_, code: string) => `${code} ${REDACTED}`)
    .replace(mail, REDACTED)
    .replace(mac, REDACTED)
    .replace(ipv6, REDACTED)
    .replace(ipv4, REDACTED)
    .replace(pid, (_, word: string) => `${word}${REDACTED}`)
    .replace(windowsPath, REDACTED)
    .replace(homeUser, REDACTED)
    .replace(unixFolders, (folders) => {
      const repository = /models--[^/]+/.exec(folders)?.[0]
      return repository ? `/${REDACTED}/${repository}/` : `/${REDACTED}/`
    })
  const known = names.hostnames.reduce(withoutHost, left)
  const others = [...names.models].reduce((rest, [name, pseudonym]) => withoutModel(rest, name, pseudonym), known)
  return others.replace(domain, (whole, _port, path: string | undefined) =>
    publicHosts.test(whole) ? whole : path === undefined ? REDACTED : `${REDACTED}/`,
  )
}

/** The name of a container image without its registry and the user in it; that of a public image stays. */
export function redactImage(image: string, names: Names): string {
  if (publicImages.test(image)) return image
  const last = image.slice(image.lastIndexOf('/') + 1)
  return last === image ? redactText(image, names) : `${REDACTED}/${redactText(last, names)}`
}

/** Replaces all in one pass, because a pseudonym may equal the name of another card. */
function withPseudonyms(text: string, gpus: Names['gpus']): string {
  if (gpus.size === 0) return text
  const longestFirst = [...gpus.keys()].toSorted((a, b) => b.length - a.length)
  return text.replace(new RegExp(longestFirst.map(literal).join('|'), 'g'), (uuid) => gpus.get(uuid) ?? uuid)
}

const literal = (word: string): string => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** Shorter names are parts of ordinary words. */
const MIN_NAME = 3

/** A host name with the domain behind it. A value equal to it may be another name, such as an engine named like the host. */
function withoutHost(text: string, host: string): string {
  if (text === host || host.length < MIN_NAME) return text
  return text.replace(new RegExp(`(?<![\\w.-])${literal(host)}(?:\\.[a-z][\\w-]*)*(?![\\w-])`, 'g'), REDACTED)
}

/** The same for a model, whose name may contain slashes. */
function withoutModel(text: string, model: string, pseudonym: string): string {
  if (text === model || model.length < MIN_NAME) return text
  return text.replace(new RegExp(`(?<![\\w./-])${literal(model)}(?![\\w/-]|\\.\\w)`, 'g'), pseudonym)
}

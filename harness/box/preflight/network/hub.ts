import { HUB, hubAddress } from '../../../catalogue/checkpoint/hub.ts'
import { containerEnv } from '../../../endpoint/serve/container-env.ts'
import { plainText } from '../../../plain-text.ts'
import { type Finding, fault, type HubFacts, unknown } from '../facts.ts'
import { clockOffset } from './clock-offset.ts'
import type { Answer, Ask } from './request.ts'

/** What is asked of the hub. */
export interface HubQuestions {
  readonly ask: Ask
  readonly env: NodeJS.ProcessEnv
  /** Token of HF_TOKEN or of the cache; null without one. */
  readonly token: string | null
  /** Repositories that must be downloaded. */
  readonly repositories: readonly string[]
  /** Why the hub may not be asked; null where it may. */
  readonly offline: string | null
  readonly timeoutMs: number
  readonly wallMs: () => number
}

/** Bytes and time of the trial of the rate: a body that is longer is cut. */
const RATE_BYTES = 32 * 2 ** 20
const RATE_MS = 3000
/** Less than this says nothing about a rate. */
const LEAST_RATE_BYTES = 256 * 2 ** 10

/** Asks the hub, or the mirror that HF_ENDPOINT names: who the token is, which repositories it may read, how fast it is. */
export async function hubFacts(questions: HubQuestions): Promise<HubFacts> {
  const { env, token, repositories, offline, ask, timeoutMs, wallMs } = questions
  // as a container gets them: without those on a loopback address
  const proxies = Object.fromEntries(containerEnv(env).names.map((name) => [name, env[name]]))
  const endpoint = hubAddress(env)
  const url = URL.parse(endpoint)
  const base = { host: plainText(url?.host ?? endpoint), isMirror: endpoint !== HUB }
  const nothing = (finding: Finding<never>): HubFacts => ({
    ...base,
    reach: finding,
    token: token === null ? null : (finding as Finding<{ user: null }>),
    access: repositories.map((repository) => ({ repository, finding })),
    rate: finding,
    clockOffsetS: finding,
  })
  if (offline !== null) return nothing(unknown(offline))
  if (url === null || !/^https?:$/.test(url.protocol)) {
    const text = `HF_ENDPOINT: "${base.host}" is no address`
    return nothing(fault(text, `export HF_ENDPOINT=${HUB}, or unset it`))
  }
  const untilMs = performance.now() + timeoutMs
  const leftMs = () => Math.max(1, untilMs - performance.now())
  const authorization: Record<string, string> = token === null ? {} : { authorization: `Bearer ${token}` }
  const get: Get = (path, method, { headers, ...more } = {}) =>
    ask({
      url: `${endpoint}${path}`,
      method,
      headers: { ...authorization, ...headers },
      proxies,
      timeoutMs: leftMs(),
      ...more,
    })
  const startWallMs = wallMs()
  const [who, ...asked] = await Promise.all([
    token === null ? null : get('/api/whoami-v2', 'GET'),
    ...repositories.map((repository) => get(`/${repository}/resolve/main/config.json`, 'HEAD')),
  ])
  const answers = [who ?? null, ...asked].filter((each) => each !== null)
  const answered = answers.filter((each): each is Answer => !('fault' in each))
  const first = answered.toSorted((a, b) => a.answerMs - b.answerMs)[0]
  const lost = answers.find((each) => 'fault' in each)
  const reach: HubFacts['reach'] =
    first !== undefined
      ? { state: 'well', answerMs: first.answerMs }
      : lost !== undefined && 'fault' in lost
        ? fault(`${base.host} was not reached: ${lost.fault}`, lost.fix)
        : unknown('nothing is downloaded')
  const access = repositories.map((repository, index) => {
    const answer = asked[index]
    const finding =
      answer === undefined || answer === null ? unknown('not asked') : accessOf(answer, repository, token !== null)
    return { repository, finding }
  })
  const readable = access.find(({ finding }) => finding.state === 'well')
  return {
    ...base,
    reach,
    token: who === null || who === undefined ? null : tokenFinding(who),
    access,
    rate:
      readable === undefined
        ? unknown('no repository to download from')
        : await rateOf(readable.repository, get, leftMs),
    clockOffsetS: clockOffset(first, startWallMs),
  }
}

type Get = (path: string, method: 'GET' | 'HEAD', more?: Partial<Parameters<Ask>[0]>) => ReturnType<Ask>

/** Whether a repository may be read, by the status and the error code of the hub (`X-Error-Code`, of huggingface_hub). */
function accessOf(answer: Awaited<ReturnType<Ask>>, repository: string, hasToken: boolean): Finding {
  if ('fault' in answer) return unknown(answer.fault)
  const { status, headers } = answer
  const code = headers['x-error-code'] ?? ''
  // a repository of images has no config.json, and is read all the same
  if (status < 400 || code === 'EntryNotFound') return { state: 'well' }
  const page = `https://huggingface.co/${repository}`
  const isGated = code === 'GatedRepo' || /restricted|gated/i.test(headers['x-error-message'] ?? '')
  if (isGated && !hasToken) {
    const fix = `accept the licence at ${page}, then: export HF_TOKEN=TOKEN (from https://huggingface.co/settings/tokens)`
    return fault(`${repository} asks for a licence, and there is no token`, fix)
  }
  if (isGated || status === 403) {
    const fix = `accept the licence at ${page} with the account of the token; a fine-grained token must allow gated repositories`
    return fault(`${repository} is closed to the account of this token (HTTP ${status})`, fix)
  }
  if (/invalid credentials/i.test(headers['x-error-message'] ?? '')) {
    return fault(`the hub refuses the token (HTTP ${status}), for public repositories too`, RENEW_TOKEN)
  }
  if (status === 401 || code === 'RepoNotFound' || (status === 404 && code !== '')) {
    const fix = hasToken
      ? `look at ${page}: it was renamed, or the account may not see it`
      : `look at ${page}; a private one needs HF_TOKEN`
    return fault(`${repository} is not there, or private (HTTP ${status})`, fix)
  }
  return unknown(`HTTP ${status}`)
}

const RENEW_TOKEN =
  'unset HF_TOKEN, or make a new one at https://huggingface.co/settings/tokens and: export HF_TOKEN=TOKEN'

function tokenFinding(answer: Awaited<ReturnType<Ask>>): Finding<{ user: string | null }> {
  if ('fault' in answer) return unknown(answer.fault)
  if (answer.status === 401 || answer.status === 403)
    return fault(`the hub refuses the token (HTTP ${answer.status})`, RENEW_TOKEN)
  if (answer.status !== 200) return unknown(`the hub answers HTTP ${answer.status}`)
  return { state: 'well', user: nameIn(answer.body) }
}

function nameIn(body: string): string | null {
  try {
    const { name } = JSON.parse(body) as { name?: unknown }
    return typeof name === 'string' ? plainText(name).slice(0, 80) : null
  } catch {
    return null
  }
}

/** The rate of one connection: the start of the largest file of weights, for at most three seconds. */
async function rateOf(repository: string, get: Get, leftMs: () => number): Promise<HubFacts['rate']> {
  const listed = await get(`/api/models/${repository}?blobs=true`, 'GET')
  const file = 'fault' in listed ? null : largestFile(listed.body)
  if (file === null) return unknown('the hub does not list the files of the weights')
  const path = `/${repository}/resolve/main/${file.split('/').map(encodeURIComponent).join('/')}`
  const range = { range: `bytes=0-${RATE_BYTES - 1}` }
  const answer = await get(path, 'GET', {
    headers: range,
    maxBytes: RATE_BYTES,
    timeoutMs: Math.min(RATE_MS, leftMs()),
  })
  if ('fault' in answer) return unknown(answer.fault)
  const { bytes, ms } = answer.streamed
  if (answer.status > 299 || bytes < LEAST_RATE_BYTES || ms <= 0) return unknown('too few bytes came for a rate')
  return { state: 'well', bytesPerS: (bytes / ms) * 1000 }
}

function largestFile(body: string): string | null {
  try {
    const { siblings } = JSON.parse(body) as { siblings?: readonly { rfilename?: unknown; size?: unknown }[] }
    const weights = (siblings ?? []).flatMap(({ rfilename: name, size }) =>
      typeof name === 'string' && /\.(?:safetensors|bin|gguf)$/.test(name) ? [{ name, size: Number(size) || 0 }] : [],
    )
    return weights.toSorted((a, b) => b.size - a.size)[0]?.name ?? null
  } catch {
    return null
  }
}

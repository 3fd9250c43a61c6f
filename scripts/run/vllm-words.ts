import { JoulemarkError } from '../../harness/errors.ts'
import { ALL_AT_ONCE, VLLM_PROMPTS } from './ask-defaults.ts'
import { type Asked, type Given, withField } from './asked.ts'
import { flagName, vllmFlags } from './vllm-flags.ts'

/** What was typed at the flags of `vllm bench serve`, by the names of the flags; only those that were typed. */
export type VllmWords = ReadonlyMap<string, string>

/** A question in the words of `vllm bench serve`, understood. */
export interface Understood {
  readonly asked: Asked
  /** Lines for the user: flags that are not used, and what is taken for what. */
  readonly notes: readonly string[]
  readonly quiet: boolean
}

/** Backends and paths of calls, as APIs. */
const apis: Readonly<Record<string, string>> = {
  vllm: 'completions',
  openai: 'completions',
  'openai-chat': 'chat',
  '/v1/completions': 'completions',
  '/v1/chat/completions': 'chat',
}

/**
 * Adds what was asked in the words of `vllm bench serve`: pure. Throws `bad-input`, one line, for what has no equal here.
 * The value of `--endpoint` is the path of a call there, and the address of a server here.
 */
export function understood(words: VllmWords, own: Asked): Understood {
  const unused = new Map<string, string[]>()
  const notes: string[] = []
  let asked = withPath(own)
  for (const flag of vllmFlags) {
    const name = flagName(flag)
    const text = words.get(name)
    if (text === undefined) continue
    if ('refused' in flag) throw refused(name, text, flag.refused)
    if ('unused' in flag) unused.set(flag.unused, [...(unused.get(flag.unused) ?? []), name])
    else if (flag.means !== 'read') asked = withField(asked, flag.means, { flag: name, text })
    else asked = withWord(asked, { flag: name, text })
  }
  asked = withHost(asked, words)
  if (asked.burstiness !== undefined && asked.rate === undefined && asked.sweep === undefined) {
    unused.set('it has a meaning with a rate only', [asked.burstiness.flag])
  }
  const { rate, maxConcurrency } = asked
  if (rate !== undefined && maxConcurrency !== undefined) {
    notes.push(
      `a request that is due while ${maxConcurrency.text} are in flight is counted as dropped, where vLLM delays it`,
    )
  }
  if (isAllAtOnce(asked, words)) {
    const inFlight = Math.min(Number(asked.prompts?.text ?? VLLM_PROMPTS) || ALL_AT_ONCE, ALL_AT_ONCE)
    asked = withField(asked, 'maxConcurrency', { flag: '--max-concurrency', text: String(inFlight) })
    notes.push(
      `all prompts at once are no steady load: ${inFlight} are kept in flight; --max-concurrency N changes that`,
    )
  }
  const unusedLines = [...unused].map(([why, flags]) => `not used: ${flags.join(', ')}: ${why}`)
  return { asked, notes: [...unusedLines, ...notes], quiet: words.has('--disable-tqdm') }
}

/** A word that is read, not only renamed. */
function withWord(asked: Asked, { flag, text }: Given): Asked {
  switch (flag) {
    case '--backend':
      return withApi(asked, { flag, text })
    case '--request-rate':
      return text === 'inf' ? asked : withField(asked, 'rate', { flag, text })
    case '--dataset-name':
      if (text !== 'random')
        throw refused(flag, text, 'expected random; prompts of a file are asked for with --dataset FILE')
      return asked
    default:
      // --host and --port are read together; --ignore-eos and --disable-tqdm state no field
      return asked
  }
}

function withApi(asked: Asked, { flag, text }: Given): Asked {
  const api = apis[text]
  if (api === undefined) throw refused(flag, text, `expected one of ${Object.keys(apis).join(', ')}`)
  return withField(asked, 'api', { flag, text: api })
}

/** The path of a call at `--endpoint` as an API. */
function withPath(asked: Asked): Asked {
  const { endpoint, ...others } = asked
  return endpoint?.text.startsWith('/') ? withApi(others, endpoint) : asked
}

/** The address of `--host` and `--port`, each with vLLM's default where only the other is typed. */
function withHost(asked: Asked, words: VllmWords): Asked {
  const [host, port] = [words.get('--host'), words.get('--port')]
  if (host === undefined && port === undefined) return asked
  const shown = host?.includes(':') ? `[${host}]` : (host ?? '127.0.0.1')
  const flag = host === undefined ? '--port' : '--host'
  return withField(asked, 'endpoint', { flag, text: `http://${shown}:${port ?? '8000'}` })
}

/** Whether all prompts would be sent at the start: no rate, and no limit of what is in flight. */
function isAllAtOnce({ prompts, rate, sweep, concurrency, maxConcurrency }: Asked, words: VllmWords): boolean {
  const isBounded = [rate, sweep, concurrency, maxConcurrency].some((given) => given !== undefined)
  return !isBounded && (prompts !== undefined || words.get('--request-rate') === 'inf')
}

const refused = (flag: string, text: string, why: string): JoulemarkError =>
  new JoulemarkError('bad-input', `${text === '' ? flag : `${flag} ${text}`}: ${why}`)

import { JoulemarkError } from '../../../errors.ts'

/* Words that a person hands through to the container engine and to vLLM. Each is one word: no shell reads them. */

/** Why a flag of `docker run` cannot be handed through, by its name. */
const ownWords: Readonly<Record<string, string>> = {
  '--name': 'joulemark names its container, to find and remove it',
  '--rm': 'joulemark removes its container',
  '--detach': 'joulemark reads the log of the container',
  '-d': 'joulemark reads the log of the container',
  '--interactive': 'the container is not typed into',
  '-i': 'the container is not typed into',
  '--tty': 'joulemark reads the log of the container',
  '-t': 'joulemark reads the log of the container',
  '--entrypoint': 'the image is started as it is; choose another with --image',
  '--publish': 'choose the port with --port',
  '-p': 'choose the port with --port',
  '--publish-all': 'choose the port with --port',
  '-P': 'choose the port with --port',
  '--network': 'the port of the server is published by the default network',
  '--net': 'the port of the server is published by the default network',
  '--gpus': 'choose the GPUs with --gpus of joulemark',
  '--restart': 'a server that died is a result',
  '--label-file': 'name each label with --label',
  '--cidfile': 'joulemark finds its container by its label',
  '--pull': 'use --offline, so that nothing is downloaded',
  '--help': 'it starts nothing',
}

/** Flags of `docker run` without a value: a word after them would be taken for the image. */
const switches = new Set(['--privileged', '--init', '--read-only', '--no-healthcheck', '--oom-kill-disable', '--quiet'])

/**
 * Variables that are read on this machine: by the program of the engine, which hands a value on from its own environment, or by
 * joulemark. A value that is meant for the container would change both.
 */
const READ_HERE =
  /^(?:PATH|HOME|TMPDIR|XDG_\w+|DOCKER_\w+|CONTAINERS?_\w+|REGISTRY_AUTH_FILE|JOULEMARK_\w+|OPENAI_API_KEY)$/
/** Where weights are, on this machine and in the container. */
const CACHE_PLACE = /^(?:HF_HOME|HF_HUB_CACHE|HUGGINGFACE_HUB_CACHE|TRANSFORMERS_CACHE)$/

/** What is handed through to the engine: its words, and the variables whose values no command line shows. */
export interface EngineWords {
  readonly words: readonly string[]
  /** For the environment of the engine, which passes them on by name. */
  readonly env: Readonly<Record<string, string>>
}

/**
 * The words of `--docker-arg`, checked. The value of `--env NAME=VALUE` goes into `env` and its word becomes `--env NAME`, so
 * that it is in no list of processes, no log and no record. Throws `bad-input` for a flag that joulemark sets itself, for
 * several words in one, and for a word that the engine would take for the image.
 */
export function engineWords(args: readonly string[]): EngineWords {
  const words: string[] = []
  const env: Record<string, string> = {}
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] as string
    const refuse = (why: string) => new JoulemarkError('bad-input', `--docker-arg ${nameOf(word)}: ${why}`)
    if (!word.startsWith('-'))
      throw refuse('the engine would take it for the image: give the flag that it belongs to first')
    if (/^-{1,2}[\w-]+\s/.test(word)) {
      throw refuse('one word each, such as --docker-arg=--env --docker-arg=NAME=VALUE; no shell splits them')
    }
    const own = ownFlag(word) ?? ownLabel(word, args[index + 1])
    if (own !== null) throw refuse(own)
    const variable = variableIn(word, args[index + 1])
    if (variable !== null) {
      const [name = '', ...value] = variable.text.split('=')
      if (!/^[A-Za-z_]\w*$/.test(name)) throw refuse('expected NAME=VALUE, or the NAME of a variable that is set')
      if (CACHE_PLACE.test(name)) throw refuse(`${name}: choose the folder of the weights with --cache`)
      if (value.length > 0 && READ_HERE.test(name)) {
        throw refuse(`${name} is read on this machine too: set it in the image, or in a file for --env-file`)
      }
      if (value.length > 0) env[name] = value.join('=')
      words.push('--env', name)
      index += variable.isNext ? 1 : 0
      continue
    }
    words.push(word)
    const next = args[index + 1]
    const takesNext = !word.includes('=') && !switches.has(word) && next !== undefined && !next.startsWith('-')
    if (takesNext) {
      words.push(next)
      index += 1
    }
  }
  return { words, env }
}

const nameOf = (word: string): string => word.split(/[=\s]/, 1)[0] ?? ''

/** Why a word is refused: it is a flag of joulemark's own, alone, with a value, or among short ones (`-dit`). */
function ownFlag(word: string): string | null {
  if (word.startsWith('--')) {
    return ownWords[nameOf(word)] ?? null
  }
  const letters = /^-([a-zA-Z])/.test(word) ? (/^-([dit]+)$/.exec(word)?.[1] ?? word[1] ?? '') : ''
  return [...letters].map((letter) => ownWords[`-${letter}`] ?? null).find((why) => why !== null) ?? null
}

/** Why a label is refused, in any of the ways of the engine: `-l X`, `-lX`, `--label X`, `--label=X`. */
function ownLabel(word: string, next: string | undefined): string | null {
  const label = word === '-l' || word === '--label' ? next : /^(?:--label=|-l=?)(.*)$/s.exec(word)?.[1]
  return label?.startsWith('joulemark.') ? 'labels of joulemark are its own' : null
}

/** A variable that a word sets, in one of the ways of the engine: `-e X`, `-eX`, `--env X`, `--env=X`. */
function variableIn(
  word: string,
  next: string | undefined,
): { readonly text: string; readonly isNext: boolean } | null {
  if (word === '-e' || word === '--env') return { text: next ?? '', isNext: true }
  const joined = /^(?:--env=|-e=?)(.*)$/s.exec(word)?.[1]
  return joined === undefined ? null : { text: joined, isNext: false }
}

/** Flags of vLLM that the scenario or joulemark sets, and where to set them instead. */
const planFlags: Readonly<Record<string, string>> = {
  '--model': 'set model in the scenario',
  '--model-tag': 'set model in the scenario',
  '--served-model-name': 'it would hide which checkpoint is served',
  '--max-model-len': 'set server.maxModelLen in the scenario',
  '--max-num-seqs': 'set server.maxNumSeqs in the scenario',
  '--gpu-memory-utilization': 'set server.gpuMemoryUtilization in the scenario',
  '--kv-cache-dtype': 'set server.kvCacheDtype in the scenario',
  '--quantization': 'set server.quantization in the scenario',
  '-q': 'set server.quantization in the scenario',
  '--tensor-parallel-size': 'set server.tensorParallel in the scenario',
  '-tp': 'set server.tensorParallel in the scenario',
  '--enable-prompt-tokens-details': 'joulemark requires it',
  '--no-enable-prompt-tokens-details': 'joulemark requires it',
  '--config': 'flags in a file would not be in the record: give them one by one',
  '--host': 'joulemark publishes the port itself',
  '--port': 'choose the port with --port of joulemark',
  '--uds': 'joulemark reaches the server by its port',
  '--root-path': 'joulemark reaches the server at its root',
  '--api-key': 'the server listens on this machine only',
  '--hf-token': 'set HF_TOKEN in the environment',
  '--ssl-keyfile': 'joulemark reaches the server without TLS',
  '--ssl-certfile': 'joulemark reaches the server without TLS',
}

/**
 * The words of `--vllm-arg`, checked: they come after those of the plan, where the last one wins, so a flag that the plan sets
 * is refused. Others are kept, and with them the command in the record, which comparisons read. Throws `bad-input`.
 */
export function serverWords(args: readonly string[]): readonly string[] {
  for (const [index, word] of args.entries()) {
    const refuse = (why: string) => new JoulemarkError('bad-input', `--vllm-arg ${nameOf(word)}: ${why}`)
    if (index === 0 && !word.startsWith('-')) {
      throw refuse('vLLM would take it for the model: give the flag that it belongs to first')
    }
    if (/^-{1,2}[\w-]+\s/.test(word)) {
      throw refuse('one word each, such as --vllm-arg=--seed --vllm-arg=1; no shell splits them')
    }
    const why = word.startsWith('-') ? plannedBy(nameOf(word).replaceAll('_', '-')) : undefined
    if (why !== undefined) throw refuse(why)
  }
  return args
}

/** Where a flag is set by the plan. The parser of vLLM takes the beginning of a long flag for the flag. */
const plannedBy = (name: string): string | undefined =>
  planFlags[name] ??
  (/^--\w{3}/.test(name) ? Object.entries(planFlags).find(([flag]) => flag.startsWith(name))?.[1] : undefined)

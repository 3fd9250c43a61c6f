import { HOST_MEMORY } from './engine/container-end.ts'
import { engineCauses, engineFault } from './engine/engine-fault.ts'
import type { ServePlan } from './plan.ts'
import type { StartFacts } from './start-log.ts'

export const startCauses = [
  ...engineCauses,
  'no-hub',
  'no-such-model',
  'no-access',
  'incomplete-weights',
  'not-supported',
  'remote-code',
  'no-kernels',
  'wrong-flags',
  'quantization-mismatch',
  'memory-held',
  'context-too-long',
  'out-of-memory',
  'shared-memory-full',
  'disk-full',
  'host-memory',
  'unknown',
] as const
export type StartCause = (typeof startCauses)[number]

/** Why a server did not start, in one line, and what to do about it. */
export interface StartFailure {
  readonly cause: StartCause
  /** The line of the log that shows the cause; the last line where the cause is unknown. */
  readonly line: string
  readonly advice: string
}

/**
 * Phrases of vLLM and vLLM-Omni, most specific first: an engine that ran out of memory prints a dozen errors after the relevant one. Those of
 * the container engine (engine-fault.ts) come before them.
 */
const phrases: readonly (readonly [StartCause, RegExp])[] = [
  // NCCL and torch name their files in the memory that processes share; the disk has room
  [
    'shared-memory-full',
    /\/dev\/shm.*no space left on device|no space left on device.*\/dev\/shm|<\/torch_\w+>.*no space left|shared memory segment.*no space left/i,
  ],
  ['disk-full', /no space left on device/i],
  [
    'no-access',
    /GatedRepoError|Access to model .* is restricted|gated repo|401 Client Error|403 Client Error|authentication \/ gated repository error/,
  ],
  ['no-such-model', /RepositoryNotFoundError|is not a valid model identifier|404 Client Error|is not a local folder/],
  // vLLM-Omni issues 3432, 3586: a part of the repository is not there; a file that was cut off cannot be read
  [
    'incomplete-weights',
    /does not appear to have (?:a file|files) named|SafetensorError|incomplete metadata, file not/,
  ],
  // vLLM-Omni issue 1633: an image and a model that do not belong together
  [
    'not-supported',
    /not found in diffusion model registry|weights were not initialized from checkpoint|Model architectures .* are not supported|has no vLLM implementation/,
  ],
  ['remote-code', /trust_remote_code=True/],
  // vLLM issues 16307, 16901: an image that is older than the card, or that has dropped it
  ['no-kernels', /no kernel image is available for execution on the device/],
  ['wrong-flags', /unrecognized arguments|error: argument|invalid choice/],
  ['quantization-mismatch', /[Qq]uantization method .* does not match/],
  ['memory-held', /Free memory on device .* is less than desired GPU memory utilization|Error in memory profiling/],
  [
    'context-too-long',
    /larger than the available KV cache memory|max seq len .* is larger|greater than the derived max_model_len/,
  ],
  [
    'out-of-memory',
    /No available memory for the cache blocks|not enough GPU memory|OutOfMemoryError|CUDA out of memory/,
  ],
  // last: a hub that answered late is in the log of a start that failed for another reason
  [
    'no-hub',
    /CERTIFICATE_VERIFY_FAILED|ProxyError|We couldn't connect to '?https?:|Max retries exceeded with url|LocalEntryNotFoundError|Temporary failure in name resolution|outgoing traffic has been disabled/,
  ],
  ['host-memory', new RegExp(HOST_MEMORY)],
]

/** What the plan of a start says about its memory. */
type Estimate = Pick<ServePlan, 'fit' | 'weightsBytes'> & Partial<Pick<ServePlan, 'engine'>>

/** The cause of a failed start, from its log and the memory estimate of its plan. */
export function startFailure(lines: readonly string[], facts: StartFacts, plan: Estimate): StartFailure {
  const known = engineFault(lines, { engine: plan.engine ?? 'docker', rootless: false })
  if (known !== null) return { cause: known.cause, line: known.line, advice: known.fix }
  for (const [cause, pattern] of phrases) {
    const line = lines.find((candidate) => pattern.test(candidate))
    if (line !== undefined) return { cause, line, advice: adviceOn(cause, line, facts, plan) }
  }
  const line = lines.findLast((candidate) => /error/i.test(candidate)) ?? lines.at(-1) ?? 'the log is empty'
  return {
    cause: 'unknown',
    line,
    advice: 'the end of the log is above; run the same command by hand to see all of it',
  }
}

const gib = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`

function adviceOn(cause: StartCause, line: string, facts: StartFacts, { fit, weightsBytes }: Estimate): string {
  switch (cause) {
    case 'no-hub':
      return hubAdvice(line)
    case 'shared-memory-full':
      return 'df -h /dev/shm, and remove what programs that ended left there: servers use the shared memory of this machine'
    case 'disk-full':
      return `the weights require ${weightsBytes === null ? 'an unknown amount' : gib(weightsBytes)} of disk space, the image about 20 GiB more`
    case 'host-memory':
      return 'loading takes memory of the host: free -h shows it; end other programs, or raise the limit of the container'
    case 'no-access':
      return "accept the licence on the model's page, and set HF_TOKEN"
    case 'no-such-model':
      return 'the repository was removed or renamed: see the catalogue for its names'
    case 'incomplete-weights':
      return 'the download was cut off: start again, and if that does not help remove the folder of the model in --cache'
    case 'not-supported':
      return 'this image does not serve this model: choose a newer one, with --tag for vLLM'
    case 'remote-code':
      return 'the model runs code of its authors: if you trust them, --vllm-arg --trust-remote-code'
    case 'no-kernels':
      return 'this image has no kernels for this card: choose one that is newer than the card, with --tag for vLLM'
    case 'wrong-flags':
      return 'this image does not support these flags: choose another with --tag'
    case 'quantization-mismatch':
      return 'remove server.quantization from the scenario: the checkpoint is already quantised'
    case 'memory-held':
      return `another process holds memory of the GPU: nvidia-smi shows it; ${roomOf(fit)}`
    case 'context-too-long': {
      const reported = /estimated maximum model length is ([\d,]+)/.exec(line)?.[1]?.replaceAll(',', '')
      const ours = fit === null ? null : `${fit.maxContextTokens}`
      if (reported === undefined) {
        return ours === null ? 'lower server.maxModelLen' : `by our estimate server.maxModelLen may be at most ${ours}`
      }
      const beside = ours === null ? '' : ` (${ours} by our estimate)`
      return `server.maxModelLen may be at most ${reported} as reported by vLLM${beside}`
    }
    case 'out-of-memory': {
      // on disk a repository may be larger than what is loaded of it
      const expected = fit === null ? null : gib(fit.weightsBytes)
      const weights = facts.weightsGiB === null ? expected : `${facts.weightsGiB} GiB`
      return `${weights === null ? '' : `${weights} of weights; `}${roomOf(fit)}`
    }
    default:
      return ''
  }
}

/** The container does not reach Hugging Face: through a proxy that inspects TLS, through a wrong one, or not at all. */
function hubAdvice(line: string): string {
  if (/CERTIFICATE_VERIFY_FAILED/.test(line)) {
    return 'a proxy of your network replaces the certificate of Hugging Face, and the container does not trust it: download the weights into --cache outside the container, and set HF_HUB_OFFLINE=1'
  }
  if (/disabled/.test(line))
    return 'HF_HUB_OFFLINE is set and the weights are not in --cache: download them first, or unset it'
  return 'the container does not reach Hugging Face: set HTTPS_PROXY or HF_ENDPOINT, or download the weights into --cache and set HF_HUB_OFFLINE=1'
}

const roomOf = (fit: ServePlan['fit']): string =>
  fit === null
    ? 'a card with more memory, or a smaller checkpoint'
    : fit.freeBytes <= 0
      ? `the budget is ${gib(fit.budgetBytes)}: more cards or a smaller checkpoint`
      : `by our estimate ${gib(fit.freeBytes)} are left for the KV cache: up to ${fit.maxContextTokens} tokens of context; lower server.maxNumSeqs`

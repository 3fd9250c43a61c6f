import type { Field } from './asked.ts'

/** What joulemark does with a flag of `vllm bench serve`. */
export type VllmFlag =
  /** States a field of the question, as it stands or after vllm-words.ts has read it. */
  | { readonly spec: string; readonly means: Field | 'read'; readonly here: string }
  /** Changes nothing that is measured here: named once, with the reason. */
  | { readonly spec: string; readonly unused: string }
  /** Would change what is measured, and has no equal: refused, with what to do. */
  | { readonly spec: string; readonly refused: string }

const NO_TOKENIZER = 'prompts are token ids, so that no tokenizer is needed'
const KEPT = 'every run is kept in the --out folder; report --format vllm prints the JSON of vllm bench serve'
const IN_RECORD = 'the record of a run has p50, p90 and p99 of every latency'

/** The flags of `vllm bench serve` that are known here, in the order of the documentation. */
export const vllmFlags = [
  { spec: '--base-url <url>', means: 'endpoint', here: '`--endpoint`' },
  { spec: '--host <host>', means: 'read', here: '`--endpoint`, with `--port`' },
  { spec: '--port <port>', means: 'read', here: '`--endpoint`, with `--host`' },
  {
    spec: '--backend <name>',
    means: 'read',
    here: '`--api`: `vllm` and `openai` are completions, `openai-chat` is chat',
  },
  {
    spec: '--served-model-name <name>',
    means: 'servedAs',
    here: '`--served-as`, where `--model` names the checkpoint',
  },
  { spec: '--max-concurrency <n>', means: 'maxConcurrency', here: '`--concurrency`; with a rate, `load.maxInFlight`' },
  { spec: '--request-rate <rate>', means: 'read', here: '`--rate`; `inf` is a closed loop' },
  {
    spec: '--num-prompts <n>',
    means: 'prompts',
    here: 'the length of a trial, so that it has about this many requests',
  },
  { spec: '--random-input-len <tokens>', means: 'inputTokens', here: '`--input-tokens`' },
  { spec: '--input-len <tokens>', means: 'inputTokens', here: '`--input-tokens`' },
  { spec: '--random-output-len <tokens>', means: 'outputTokens', here: '`--output-tokens`' },
  { spec: '--output-len <tokens>', means: 'outputTokens', here: '`--output-tokens`' },
  {
    spec: '--random-prefix-len <tokens>',
    means: 'sharedTokens',
    here: '`prompt.prefixCache: shared:N`, added to the input tokens',
  },
  {
    spec: '--random-range-ratio <share>',
    means: 'rangeRatio',
    here: 'uniform lengths of prompts and answers, each between its tokens x (1 - share) and x (1 + share)',
  },
  { spec: '--goodput <limits...>', means: 'slo', here: '`--slo`' },
  { spec: '--dataset-name <name>', means: 'read', here: '`random`' },
  { spec: '--ignore-eos', means: 'read', here: 'always, but for `--stop-at-eos`' },
  { spec: '--temperature <t>', means: 'temperature', here: '`sampling.temperature`, 0 unless given' },
  { spec: '--top-p <p>', means: 'topP', here: '`sampling.topP`' },
  { spec: '--top-k <k>', means: 'topK', here: '`sampling.topK`' },
  { spec: '--min-p <p>', means: 'minP', here: '`sampling.minP`' },
  { spec: '--repetition-penalty <n>', means: 'repetitionPenalty', here: '`sampling.repetitionPenalty`' },
  { spec: '--presence-penalty <n>', means: 'presencePenalty', here: '`sampling.presencePenalty`' },
  { spec: '--frequency-penalty <n>', means: 'frequencyPenalty', here: '`sampling.frequencyPenalty`' },
  { spec: '--disable-tqdm', means: 'read', here: '`--no-progress`' },
  { spec: '--tokenizer <name>', unused: NO_TOKENIZER },
  { spec: '--tokenizer-mode <mode>', unused: NO_TOKENIZER },
  { spec: '--trust-remote-code', unused: NO_TOKENIZER },
  { spec: '--skip-tokenizer-init', unused: NO_TOKENIZER },
  { spec: '--save-result', unused: KEPT },
  { spec: '--save-detailed', unused: KEPT },
  { spec: '--append-result', unused: KEPT },
  { spec: '--result-dir <folder>', unused: KEPT },
  { spec: '--result-filename <file>', unused: KEPT },
  { spec: '--percentile-metrics <list>', unused: IN_RECORD },
  { spec: '--metric-percentiles <list>', unused: IN_RECORD },
  { spec: '--label <text>', unused: 'a run is named after its scenario, its card and its time' },
  { spec: '--metadata <pairs...>', unused: 'the record names card, driver, server and its settings by itself' },
  { spec: '--request-id-prefix <text>', unused: 'requests have numbers' },
  { spec: '--num-warmups <n>', unused: 'the warm-up is load for a time: --warmup SECONDS' },
  { spec: '--ready-check-timeout-sec <s>', unused: 'the first request of the load is sent and judged before the run' },
  { spec: '--disable-shuffle', unused: 'random prompts have no order' },
  { spec: '--dataset-path <path>', refused: 'prompts of a file are asked for with --dataset FILE' },
  { spec: '--extra-body <json>', refused: 'requests carry no other fields' },
  { spec: '--header <pairs...>', refused: 'requests carry no other header than the key in OPENAI_API_KEY' },
  { spec: '--insecure', refused: 'the authority of a TLS server is stated in NODE_EXTRA_CA_CERTS' },
  { spec: '--lora-modules <names...>', refused: 'name one adapter with --model' },
  { spec: '--logprobs <n>', refused: 'requests ask for no log-probabilities' },
  { spec: '--use-beam-search', refused: 'one answer is generated per prompt' },
  {
    spec: '--ramp-up-strategy <name>',
    refused: 'a rate is constant here; --sweep rate=1,2,4 measures one after another',
  },
  { spec: '--probe-request-rate <rate>', refused: 'a run has one load' },
  { spec: '--profile', refused: 'a profiled server is slower; profile it without joulemark' },
] as const satisfies readonly VllmFlag[]

/** The name of a flag without its value, such as `--base-url`. */
export const flagName = ({ spec }: Pick<VllmFlag, 'spec'>): string => spec.split(' ')[0] ?? spec

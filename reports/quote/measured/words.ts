import type { GateId } from '../../../harness/gates/table.ts'
import type { MetricKey } from '../../../harness/metrics/catalogue.ts'

/* What a customer reads: a metric in plain words, beside the term of the field; a warning of a gate as a sentence. */

/** A metric in plain words. Its term, unit and formula are in the catalogue of metrics. */
export const metricWords: Partial<Record<MetricKey, string>> = {
  outputTokensPerS: 'Output, all requests together',
  decodeTokensPerS: 'Speed of one answer',
  ttftMsP50: 'Time to first token for half of requests',
  ttftMsP99: 'Time to first token for 99 of 100 requests',
  ttftFromScheduleMsP50: 'Time to first token with queueing for half of requests',
  ttftFromScheduleMsP99: 'Time to first token with queueing for 99 of 100',
  tpotMsP50: 'Time per further token for half of requests',
  tokensPerJ: 'Output tokens per joule of GPU energy',
  inputTokensPerJ: 'Prompt tokens per joule of GPU energy',
  secondsPerImage: 'Time per image for half of requests',
  imagesPerS: 'Images, all requests together',
  joulesPerImage: 'GPU energy per image',
  textsPerS: 'Texts, all requests together',
  inputTokensPerS: 'Tokens read, all requests together',
  joulesPer1000Texts: 'GPU energy per 1,000 texts',
  stepsPerS: 'Training steps',
  trainedTokensPerS: 'Tokens trained on',
  joulesPerStep: 'GPU energy per training step',
}

/** Metrics of energy, which are of the GPU boards alone. */
export const energyMetrics: readonly string[] = [
  'tokensPerJ',
  'inputTokensPerJ',
  'joulesPerImage',
  'joulesPer1000Texts',
  'joulesPerStep',
]

/** What a warning of a gate means for the figures. The evidence of the run stands beside it in the JSON of the quote. */
export const warningWords: Readonly<Record<GateId, string>> = {
  'live-source': 'the source of the measurement was not certain in every respect',
  'endpoint-model': 'the server did not prove by itself which model it ran',
  'card-match': 'the GPU did not match its data sheet in every respect',
  'serving-card': 'which GPU answered was not certain in every respect',
  'card-health': 'the GPU or its driver reported a minor fault',
  'gpu-exclusive': 'another program, such as a desktop, was using the GPU',
  'client-headroom': 'the program that sent the requests was busy, or its own speed was not checked beforehand',
  'error-rate': 'some requests failed',
  'token-audit': 'the server and the measuring program did not agree on every count or time',
  'token-arrival': 'some tokens arrived in groups instead of one by one',
  'prompt-shape': 'some prompts or answers were not exactly as long as stated',
  'input-tokens': 'some inputs were not exactly as long as stated',
  'cache-clean': 'a few prompt tokens were answered from the cache of the server',
  'cache-rate': 'the cache of the server answered another share of the prompts than stated',
  speculation: 'the server may have made several tokens in one step',
  'steady-state': 'the server could not work on all requests at once, or interrupted some of them',
  precision: 'a figure is known less precisely than intended',
  'power-plausible': 'a few power readings were impossible and were not used',
  'energy-coverage': 'power was not read for the whole time',
  'energy-agreement': 'two sources of the energy did not agree fully',
  'server-power': 'the power of the server was not read for the whole time',
  throttle: 'the GPU slowed down because of heat for part of the time',
  'thermal-soak': 'clock or temperature of the GPU had not settled completely',
  ecc: 'the error correction of the GPU memory was not certain in every respect',
  'power-limit': 'the power limit of the GPU was not the usual one',
  'physical-limit': 'a figure was close to what the GPU can do at all',
  clock: 'the clock of the machine was adjusted during the measurement',
}

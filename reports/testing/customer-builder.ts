import { gateEntries } from '../../harness/gates/table.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { makeRun, type RunOverrides } from '../../harness/testing/record-builder.ts'

/** A live run that may be quoted: every gate passed. */
export const quotableRun = (over: RunOverrides): RunRecord =>
  makeRun({
    gates: gateEntries.map(([id, { required }]) => ({ id, required, status: 'pass', evidence: 'a test' })),
    ...over,
    // a made-up one: whoever asks here takes a record at its word
    more: { signature: { algorithm: 'Ed25519', publicKey: 'a'.repeat(64), value: 'b'.repeat(128) }, ...over.more },
  })

const text = (
  card: string,
  scenario: string,
  title: string,
  over: Partial<RunOverrides> & { readonly tokens: number; readonly watts: number },
) =>
  quotableRun({
    card,
    scenario,
    title,
    result: {
      outputTokensPerS: [over.tokens, over.tokens * 0.99, over.tokens * 1.01],
      decodeTokensPerS: [over.tokens, over.tokens * 0.99, over.tokens * 1.01],
      meanPowerW: over.watts,
      tokensPerJ: over.tokens / over.watts,
      ttftMsP50: 80,
      ttftFromScheduleMsP50: 120,
      tpotMsP50: 12,
    },
    ...over,
  })

/** The article in small: a workload that both run, one that only the larger card holds, one of a fixed demand. */
export function articleRuns(over: Partial<RunOverrides> = {}): RunRecord[] {
  const big = { model: 'llama-3.1-70b-instruct-fp8', concurrency: 1, tokens: 25, watts: 280 }
  const rag = { scenarioFields: { load: { shape: 'open', ratePerS: 1 } }, tokens: 250, watts: 120 }
  return [
    text('rtx-4090', 'llama-3.1-8b-fp8-batch32', 'Llama 3.1 8B FP8 batch 32 agg', {
      tokens: 1100,
      watts: 360,
      ...over,
    }),
    text('rtx-pro-6000-max-q', 'llama-3.1-8b-fp8-batch32', 'Llama 3.1 8B FP8 batch 32 agg', {
      tokens: 1380,
      watts: 250,
      ...over,
    }),
    text('rtx-pro-6000-max-q', 'llama-3.1-70b-fp8-single', 'Llama 3.1 70B FP8 decode b1', { ...big, ...over }),
    text('rtx-4090', 'rag-8b-200-mau', '200-MAU SaaS RAG on Llama 8B', { ...rag, ...over }),
    text('rtx-pro-6000-max-q', 'rag-8b-200-mau', '200-MAU SaaS RAG on Llama 8B', { ...rag, watts: 90, ...over }),
  ]
}

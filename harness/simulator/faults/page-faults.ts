import type { FaultName } from './names.ts'

/** The pages of /metrics that a fault is made of. */
export interface Pages {
  /** The page of this server. */
  readonly own: () => string
  /** Its part that does not come from the engine. */
  readonly process: () => string
  /** The page of another server of the same model, which has nothing to do. */
  readonly idle: () => string
  readonly nowMs: () => number
}

const OTHER_MODEL = 'other/chat-model'
const OTHER_TOKENS_PER_MS = 0.5

/** The text of /metrics with these faults, requested once per call. */
export function faultyPage(faults: readonly FaultName[], pages: Pages): () => string {
  let requests = 0
  return () => {
    requests += 1
    if (faults.includes('log-stats-off')) return `${pages.process()}${requestCounts}`
    if (faults.includes('two-servers') && requests % 2 === 0) return pages.idle()
    return faults.includes('other-model') ? `${pages.own()}${otherModel(pages.nowMs())}` : pages.own()
  }
}

/** How /metrics is answered, besides its text. */
export const slowPageMs = (faults: readonly FaultName[]): number => (faults.includes('slow-metrics') ? 1500 : 0)

/** What the web framework counts, whatever the engine does. */
const requestCounts =
  '# HELP http_requests_total Total number of requests by method, status and handler.\n# TYPE http_requests_total counter\n' +
  'http_requests_total{handler="/v1/completions",method="POST",status="2xx"} 9.0\n'

function otherModel(nowMs: number): string {
  const labels = `{engine="0",model_name="${OTHER_MODEL}"}`
  const tokens = Math.floor(nowMs * OTHER_TOKENS_PER_MS)
  return [
    `vllm:num_requests_running${labels} 4.0`,
    `vllm:generation_tokens_total${labels} ${tokens}.0`,
    `vllm:prompt_tokens_total${labels} ${tokens}.0`,
    '',
  ].join('\n')
}

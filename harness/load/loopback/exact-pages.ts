import { document, MODEL } from './exact-answer.ts'

/** The exact server's counters, as vLLM keeps them: of requests that have ended, but for tokens, which count at once. */
export class ExactCounters {
  running = 0
  promptTokens = 0
  generationTokens = 0
  finished = 0
  ttftSumMs = 0
  ttftCount = 0
  gapSumMs = 0
  gapCount = 0

  page(): string {
    const labels = `model_name="${MODEL}"`
    const lines = [
      `vllm:num_requests_running{${labels}} ${this.running}`,
      `vllm:num_requests_waiting{${labels}} 0`,
      `vllm:num_preemptions_total{${labels}} 0`,
      `vllm:prompt_tokens_total{${labels}} ${this.promptTokens}`,
      `vllm:generation_tokens_total{${labels}} ${this.generationTokens}`,
      `vllm:prefix_cache_queries_total{${labels}} ${this.promptTokens}`,
      `vllm:prefix_cache_hits_total{${labels}} 0`,
      `vllm:request_success_total{finished_reason="length",${labels}} ${this.finished}`,
      `vllm:time_to_first_token_seconds_sum{${labels}} ${this.ttftSumMs / 1000}`,
      `vllm:time_to_first_token_seconds_count{${labels}} ${this.ttftCount}`,
      `vllm:inter_token_latency_seconds_sum{${labels}} ${this.gapSumMs / 1000}`,
      `vllm:inter_token_latency_seconds_count{${labels}} ${this.gapCount}`,
    ]
    return `${lines.join('\n')}\n`
  }
}

/** The answer to a GET request: model list, version, counters and health, as far as benchmark clients request them. */
export function pageFor(path: string, counters: ExactCounters): Buffer {
  switch (path.split('?')[0]?.replace(/\/$/, '')) {
    case '/v1/models':
      return document(
        `{"object":"list","data":[{"id":"${MODEL}","object":"model","created":1787000000,"owned_by":"vllm","root":"${MODEL}","max_model_len":131072}]}`,
      )
    case '/version':
      return document('{"version":"0.0.0-exact"}')
    case '/metrics':
      return document(counters.page(), 'text/plain; version=0.0.4')
    case '/health':
    case '/ping':
      return document('')
    default:
      return document('{"error":{"message":"not found"}}', 'application/json', '404 Not Found')
  }
}

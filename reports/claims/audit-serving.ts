import { DEFAULT_GPU_MEMORY_UTILIZATION } from '../../harness/physics/gpu-memory-utilization.ts'
import { overheadBytesOf } from '../../harness/physics/memory.ts'
import { kvBytesPerToken, kvElementBytes } from '../../harness/physics/model/kv.ts'
import { weightBytes } from '../../harness/physics/model/weights.ts'
import { formatNumber } from '../render/format-cell.ts'
import type { ServingExample } from './claims.ts'
import type { AuditContext } from './context.ts'
import type { Finding } from './finding.ts'
import type { Workload } from './schema.ts'

/** Whether the commands shown could start, and how many full sequences their KV cache would hold. */
export function auditServing(context: AuditContext): Finding[] {
  return context.claims.serving_examples.map((example) => ({
    cell: `serving.${example.id}`,
    ...judge(context, example),
  }))
}

function judge(context: AuditContext, example: ServingExample): Omit<Finding, 'cell'> {
  const card = context.editions(example.card).toSorted((a, b) => b.cudaBytes.value - a.cudaBytes.value)[0]
  const claimed = context.model(workloadOf(example.model))
  if (card === undefined) return { status: 'unverified', why: context.unknownCard(example.card) }
  if ('reason' in claimed) return { status: 'unverified', why: claimed.reason }
  const { model } = claimed.usual
  const utilization = Number(example.args['gpu-memory-utilization'] ?? DEFAULT_GPU_MEMORY_UTILIZATION)
  const budget = example.cards * utilization * card.cudaBytes.value
  const gb = (bytes: number) => formatNumber(bytes / 1e9, 1)
  const weights = weightBytes(model)
  if (weights > budget) {
    return {
      status: 'impossible',
      why: `${gb(weights)} GB of weights exceed the budget of ${gb(budget)} GB: loading fails`,
    }
  }
  const room = budget - weights - example.cards * overheadBytesOf(card)
  if (room <= 0) {
    return {
      status: 'impossible',
      why: `${gb(weights)} GB of weights and the runtime leave no KV cache in a budget of ${gb(budget)} GB`,
    }
  }
  const bytes = kvElementBytes(String(example.args['kv-cache-dtype'] ?? 'auto'))
  const tokens = room / kvBytesPerToken(model, bytes)
  const length = Number(example.args['max-model-len'] ?? model.maxContext)
  const maxNumSeqs = Number(example.args['max-num-seqs'] ?? 1)
  const full = formatNumber(tokens / length, 1)
  const queue = tokens < maxNumSeqs * length ? `, not the ${maxNumSeqs} that it admits: the others queue` : ''
  const start = `${gb(weights)} of ${gb(budget)} GB are weights; KV for ${formatNumber(tokens / 1000, 0)}k tokens`
  const why = `${start}, ${full} full sequences${queue}`
  if (tokens < length) return { status: 'impossible', why }
  const forced = example.args['quantization']
  // vLLM rejects a flag other than the checkpoint's own method, and that method is not in its name.
  if (forced === undefined) return { status: 'plausible', why }
  return {
    status: 'unverified',
    why: `${why}; it is unknown whether vLLM accepts --quantization ${forced} for this checkpoint`,
  }
}

/** A checkpoint's name as a workload: `…-Meta-Llama-3.1-70B-Instruct-AWQ-INT4` is llama-3.1-70b in AWQ. */
function workloadOf(checkpoint: string): Workload {
  const name = (checkpoint.split('/').at(-1) ?? checkpoint).toLowerCase().replace(/^meta-/, '')
  const quant = /awq/.test(name) ? 'awq-int4' : /fp8/.test(name) ? 'fp8' : 'bf16'
  return { model: name.replace(/-(instruct|it|chat|awq|gptq|fp8|bf16|int4)(-.*)?$/, ''), quant }
}

import { plainText } from '../../plain-text.ts'
import type { KubernetesBlock } from '../../scenario/fleet/engine-schemas.ts'
import type { EngineBox } from '../engine.ts'
import { tolerationsOf } from './manifest.ts'
import type { KubernetesNode } from './objects.ts'

type Toleration = ReturnType<typeof tolerationsOf>[number]
type Taint = NonNullable<NonNullable<KubernetesNode['spec']>['taints']>[number]

/** Taint of a node that is cordoned; its words are those of a cordoned node. */
const CORDON = 'node.kubernetes.io/unschedulable'

/**
 * Nodes of these names as boxes: one that is not ready, cordoned, tainted beyond the tolerations of the fleet, or has too few GPUs
 * takes no job, with the reason. Pods on it make it no less usable: the scheduler waits for them.
 */
export function boxesOf(
  nodes: readonly KubernetesNode[],
  names: readonly string[],
  block: KubernetesBlock,
): EngineBox[] {
  const known = new Map(nodes.map((node) => [node.metadata.name, node]))
  return [...new Set(names)].map((name) => {
    const node = known.get(name)
    if (node === undefined) return { name, usable: false, reason: 'not a node of this cluster', gpus: null }
    const gpus = gpusOf(node, block.gpuResource)
    const reason = closedBecause(node, block, gpus)
    return { name, usable: reason === null, reason: reason === null ? null : plainText(reason), gpus }
  })
}

function gpusOf({ status }: KubernetesNode, resource: string): number | null {
  const count = Number(status?.allocatable?.[resource] ?? Number.NaN)
  return Number.isInteger(count) ? count : null
}

function closedBecause({ spec, status }: KubernetesNode, block: KubernetesBlock, gpus: number | null): string | null {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')
  if (ready?.status !== 'True') {
    const why = [ready?.reason, ready?.message].filter(Boolean).join(': ')
    return `not ready${why === '' ? '' : ` (${why})`}`
  }
  if (spec?.unschedulable === true) return 'cordoned'
  const tolerations = tolerationsOf(block)
  const taint = (spec?.taints ?? []).find(
    (each) =>
      each.key !== CORDON && each.effect !== 'PreferNoSchedule' && !tolerations.some((one) => tolerates(one, each)),
  )
  if (taint !== undefined) {
    const value = taint.value === undefined || taint.value === '' ? '' : `=${taint.value}`
    return `has the taint ${taint.key}${value}:${taint.effect}, which kubernetes.tolerations does not tolerate`
  }
  if (block.gpus === undefined || (gpus ?? 0) >= block.gpus) return null
  return `has ${gpus ?? 0} allocatable ${block.gpuResource}, and kubernetes.gpus asks for ${block.gpus}`
}

/** Whether a toleration covers a taint, by the rules of the scheduler: no key with Exists covers all, no effect every effect. */
function tolerates({ key, operator = 'Equal', value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== taint.effect) return false
  if (key === undefined) return operator === 'Exists'
  return key === taint.key && (operator === 'Exists' || value === (taint.value ?? ''))
}

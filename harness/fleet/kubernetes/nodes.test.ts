import { expect, test } from 'vitest'
import { kubernetesSchema } from '../../scenario/fleet/engine-schemas.ts'
import { boxesOf } from './nodes.ts'
import { itemsOf, nodeSchema } from './objects.ts'

const ready = { type: 'Ready', status: 'True', reason: 'KubeletReady', message: 'kubelet is posting ready status' }
const node = (name: string, over: { spec?: object; status?: object } = {}) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name } },
  spec: over.spec ?? {},
  status: { conditions: [ready], allocatable: { cpu: '64', memory: '512Gi', 'nvidia.com/gpu': '8' }, ...over.status },
})
const unreachable = {
  type: 'Ready',
  status: 'Unknown',
  reason: 'NodeStatusUnknown',
  message: 'Kubelet stopped posting node status.',
}
const taint = (key: string, effect: string, value?: string) => ({
  key,
  effect,
  ...(value === undefined ? {} : { value }),
})
const cordon = taint('node.kubernetes.io/unschedulable', 'NoSchedule')

const list = JSON.stringify({
  items: [
    node('gpu1'),
    node('gpu2', { spec: { unschedulable: true, taints: [cordon] } }),
    node('gpu3', { status: { conditions: [unreachable] } }),
    node('gpu4', { spec: { taints: [taint('nvidia.com/gpu', 'NoSchedule', 'present')] } }),
    node('gpu5', { spec: { taints: [taint('team', 'NoExecute', 'sales')] } }),
    node('gpu6', { spec: { taints: [taint('team', 'PreferNoSchedule', 'sales')] } }),
    node('gpu7', { status: { allocatable: { 'nvidia.com/gpu': '4' } } }),
    node('gpu8', { status: { allocatable: {} } }),
    { kind: 'Node', metadata: {} },
  ],
})
const names = ['gpu1', 'gpu2', 'gpu3', 'gpu4', 'gpu5', 'gpu6', 'gpu7', 'gpu8', 'nope', 'gpu1']
const boxes = (block: object) =>
  Object.fromEntries(
    boxesOf(itemsOf(list, nodeSchema), names, kubernetesSchema.parse({ image: 'i', ...block })).map((box) => [
      box.name,
      box.usable ? `${box.gpus} GPUs` : box.reason,
    ]),
  )

test('a node that is cordoned, not ready or tainted takes no job, and says why', () => {
  expect(boxes({})).toEqual({
    gpu1: '8 GPUs',
    gpu2: 'cordoned',
    gpu3: 'not ready (NodeStatusUnknown: Kubelet stopped posting node status.)',
    gpu4: '8 GPUs',
    gpu5: 'has the taint team=sales:NoExecute, which kubernetes.tolerations does not tolerate',
    gpu6: '8 GPUs',
    gpu7: '4 GPUs',
    gpu8: 'null GPUs',
    nope: 'not a node of this cluster',
  })
})

test.each([
  [{ key: 'team', operator: 'Exists' }],
  [{ key: 'team', value: 'sales' }],
  [{ key: 'team', operator: 'Equal', value: 'sales', effect: 'NoExecute' }],
  [{ operator: 'Exists' }],
])('a taint that is tolerated by %j', (toleration) => {
  expect(boxes({ tolerations: [toleration] })['gpu5']).toBe('8 GPUs')
})

test.each([
  [{ key: 'team', value: 'support' }],
  [{ key: 'team', operator: 'Exists', effect: 'NoSchedule' }],
  [{ key: 'other', operator: 'Exists' }],
])('a taint that is not tolerated by %j', (toleration) => {
  expect(boxes({ tolerations: [toleration] })['gpu5']).toContain('team=sales:NoExecute')
})

test('a node with fewer GPUs than each pod asks for would be waited for without end', () => {
  const asked = boxes({ gpus: 8 })
  expect(asked['gpu1']).toBe('8 GPUs')
  expect(asked['gpu7']).toBe('has 4 allocatable nvidia.com/gpu, and kubernetes.gpus asks for 8')
  expect(asked['gpu8']).toBe('has 0 allocatable nvidia.com/gpu, and kubernetes.gpus asks for 8')
})

test('a text that is no list is no answer', () => {
  expect(() => itemsOf('<html>', nodeSchema)).toThrow('expected a list as JSON')
})

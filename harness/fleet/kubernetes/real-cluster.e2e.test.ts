import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubernetesSchema } from '../../scenario/fleet/engine-schemas.ts'
import { CONTROL_PLANE, type KubernetesCluster, startKubernetes } from '../../testing/kubernetes-cluster.ts'
import { missingPrograms } from '../../testing/prometheus-server.ts'
import type { BoxJob, FleetEngine, JobHandle } from '../engine.ts'
import { kubernetesEngine } from './engine.ts'

const missing = missingPrograms('kubectl', ...CONTROL_PLANE)
const signal = new AbortController().signal

const jobOn = (box: string, attempt: number, over: Partial<BoxJob> = {}): BoxJob => ({
  id: `jm-rack-7-20261127t010900-${box}-${attempt}`,
  box,
  argv: ['joulemark', 'run', '$(HOME) and $$'],
  files: [],
  outFolder: 'joulemark-results',
  logFolder: '/unused',
  timeLimitS: 3600,
  endWithinS: null,
  ...over,
})

describe.skipIf(missing !== null)(`a real control plane${missing === null ? '' : ` (skipped: ${missing})`}`, () => {
  let cluster: KubernetesCluster
  let engine: FleetEngine

  beforeAll(async () => {
    cluster = await startKubernetes()
    cluster.kubectl('apply', '-k', fileURLToPath(new URL('../../../scripts/kubernetes', import.meta.url)))
    for (const node of ['gpu1', 'gpu2', 'gpu3', 'gpu4']) cluster.ready(node)
    cluster.kubectl('taint', 'node', 'gpu3', 'nvidia.com/gpu=present:NoSchedule')
    cluster.kubectl('taint', 'node', 'gpu4', 'team=sales:NoSchedule')
    const block = {
      image: 'registry.example/joulemark:0.5.0',
      namespace: 'joulemark',
      serviceAccount: 'joulemark',
      gpus: 8,
    }
    // with the rights of the base, and no others
    engine = kubernetesEngine(kubernetesSchema.parse(block), cluster.as('joulemark', 'joulemark-fleet'))
  })
  afterAll(() => cluster?.stop())

  const submit = async (...jobs: readonly BoxJob[]): Promise<JobHandle[]> => {
    const submitted = await engine.submit(jobs, signal)
    return submitted.map(({ handle }) => handle!)
  }
  const stateOf = async (handle: JobHandle) => (await engine.follow([handle], signal))[0]
  const get = (...words: readonly string[]) => cluster.kubectl('--namespace=joulemark', 'get', ...words).trim()
  /** The pod of a job, as soon as there is one. */
  const podOf = async ({ native }: JobHandle): Promise<string> => {
    const asked = ['pods', `--selector=joulemark/name=${native}`, '--output=name']
    await expect.poll(() => get(...asked)).not.toBe('')
    return get(...asked)
  }
  /** The same, as soon as the scheduler has put it on its node. */
  const placedPodOf = async (handle: JobHandle): Promise<string> => {
    const pod = await podOf(handle)
    await expect.poll(() => get(pod, '--output=jsonpath={.spec.nodeName}')).toBe(handle.box)
    return pod
  }
  /** What the kubelet of the node would write. */
  const write = (pod: string, phase: string, state: object) =>
    cluster.kubectl(
      '--namespace=joulemark',
      'patch',
      pod,
      '--subresource=status',
      '--type=merge',
      '--patch',
      JSON.stringify({
        status: {
          phase,
          containerStatuses: [{ name: 'joulemark', image: 'i', imageID: '', ready: false, restartCount: 0, state }],
        },
      }),
    )

  test('nodes take a job or say why not; a Job is accepted, found again, and ends with the exit code of joulemark', async () => {
    expect(await engine.boxes(['gpu1', 'gpu3', 'gpu4', 'nope'], signal)).toMatchObject([
      { usable: true, gpus: 8 },
      { usable: true, gpus: 8 },
      { usable: false, reason: expect.stringContaining('team=sales:NoSchedule') },
      { usable: false },
    ])
    const jobs = [jobOn('gpu1', 1), jobOn('gpu3', 1)]
    const [first, third] = await submit(...jobs)
    expect(await submit(...jobs)).toEqual([first, third])
    const pod = await placedPodOf(first!)
    write(pod, 'Running', { running: {} })
    expect(await stateOf(first!)).toEqual({ state: 'running' })
    write(pod, 'Failed', { terminated: { exitCode: 4, reason: 'Error' } })
    await expect.poll(() => stateOf(first!)).toEqual({ state: 'ended', exitCode: 4 })
    write(await placedPodOf(third!), 'Failed', { terminated: { exitCode: 137, reason: 'OOMKilled' } })
    expect(await stateOf(third!)).toMatchObject({
      state: 'lost',
      kind: 'unknown',
      reason: expect.stringContaining('OOMKilled'),
    })
  })

  test('a node whose GPUs are taken is waited for, in the words of the scheduler; a cordoned one is reported', async () => {
    const [holder, waiter] = await submit(jobOn('gpu2', 1), jobOn('gpu2', 2))
    await podOf(waiter!)
    await expect
      .poll(async () => JSON.stringify(await engine.follow([holder!, waiter!], signal)))
      .toContain('Insufficient nvidia.com/gpu')
    cluster.kubectl('cordon', 'gpu2')
    expect(await engine.boxes(['gpu2'], signal)).toMatchObject([{ usable: false, reason: 'cordoned' }])
    await engine.cancel([holder!, waiter!])
    await expect.poll(() => stateOf(waiter!)).toMatchObject({ state: 'lost', kind: 'cancelled' })
    const [late] = await submit(jobOn('gpu2', 3, { endWithinS: 1 }))
    await expect.poll(() => stateOf(late!)).toMatchObject({ state: 'lost', kind: 'window' })
    cluster.kubectl('uncordon', 'gpu2')
  })

  test('a node that is drained or tainted loses its job', async () => {
    // others: no kubelet ends the pods that were deleted above
    for (const node of ['gpu5', 'gpu6']) cluster.ready(node)
    const [drained, tainted] = await submit(jobOn('gpu5', 5), jobOn('gpu6', 5))
    for (const handle of [drained!, tainted!]) write(await placedPodOf(handle), 'Running', { running: {} })
    cluster.kubectl('taint', 'node', 'gpu6', 'maintenance=now:NoExecute')
    await expect.poll(() => stateOf(tainted!)).toMatchObject({ state: 'lost', kind: 'node' })
    // it waits for the kubelet to end the pod, which is not there
    expect(() => cluster.kubectl('drain', 'gpu5', '--force', '--timeout=2s')).toThrow()
    await expect.poll(() => stateOf(drained!)).toMatchObject({ state: 'lost', kind: 'preempted' })
  })

  test('a Job that a quota forbids is refused with the words of the server', async () => {
    cluster.kubectl('--namespace=joulemark', 'create', 'quota', 'none', '--hard=count/jobs.batch=0')
    await expect
      .poll(async () => (await engine.submit([jobOn('gpu3', 9)], signal))[0]!.reason ?? '')
      .toContain('exceeded quota')
  })
})

import { describe, expect, test } from 'vitest'
import { stateOf } from './job-state.ts'
import { jobSchema, type KubernetesPod, podSchema } from './objects.ts'

/* Reasons and messages are those of Kubernetes 1.34: pkg/kubelet, pkg/scheduler, pkg/controller. */

const meta = { name: 'jm-1', uid: 'u' }
const job = (status: object = {}, more: object = {}) =>
  jobSchema.parse({ kind: 'Job', metadata: meta, status, ...more })
const pod = (status: object, metadata: object = {}): KubernetesPod =>
  podSchema.parse({ kind: 'Pod', metadata: { name: 'jm-1-abcde', ...metadata }, status })
const terminated = (exitCode: number, more: object = {}) => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  containerStatuses: [{ name: 'joulemark', state: { terminated: { exitCode, reason: 'Error', ...more } } }],
})
const disrupted = (reason: string, message: string) => ({
  conditions: [{ type: 'DisruptionTarget', status: 'True', reason, message }],
})
const condition = (type: string, reason: string, message = '') => ({
  conditions: [{ type, status: 'True', reason, message }],
})

describe('a Job that has not ended', () => {
  test.each([
    ['no pod yet', undefined, { state: 'waiting', reason: 'no pod yet' }],
    [
      'the scheduler has no place',
      pod({
        phase: 'Pending',
        conditions: [
          {
            type: 'PodScheduled',
            status: 'False',
            reason: 'Unschedulable',
            message:
              "0/5 nodes are available: 1 Insufficient nvidia.com/gpu, 4 node(s) didn't match Pod's node affinity/selector.",
          },
        ],
      }),
      {
        state: 'waiting',
        reason:
          "Unschedulable: 0/5 nodes are available: 1 Insufficient nvidia.com/gpu, 4 node(s) didn't match Pod's node affinity/selector.",
      },
    ],
    [
      'its image cannot be pulled',
      pod({
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'True' }],
        containerStatuses: [
          {
            name: 'joulemark',
            state: {
              waiting: { reason: 'ImagePullBackOff', message: 'Back-off pulling image "registry/joulemark:0.5.0"' },
            },
          },
        ],
      }),
      { state: 'waiting', reason: 'ImagePullBackOff: Back-off pulling image "registry/joulemark:0.5.0"' },
    ],
    [
      'it runs, since a time that is not known',
      pod({
        phase: 'Running',
        reason: null,
        containerStatuses: [{ name: 'joulemark', state: { running: { startedAt: null } } }],
      }),
      { state: 'running' },
    ],
    [
      'it runs',
      pod({ phase: 'Running', containerStatuses: [{ name: 'joulemark', state: { running: {} } }] }),
      { state: 'running' },
    ],
    [
      'it is being ended',
      pod({ phase: 'Running' }, { deletionTimestamp: '2026-11-27T01:00:00Z' }),
      { state: 'running' },
    ],
  ])('%s', (_, its, expected) => {
    expect(stateOf(job(), its)).toEqual(expected)
  })

  test('is suspended', () => {
    expect(stateOf(job({}, { spec: { suspend: true } }), undefined)).toEqual({
      state: 'waiting',
      reason: 'its Job is suspended',
    })
  })
})

test.each([0, 1, 3, 4, 5, 127, 130])('exit code %i is that of joulemark', (exitCode) => {
  expect(stateOf(job(), pod(terminated(exitCode)))).toEqual({ state: 'ended', exitCode })
})

describe('a Job that was lost', () => {
  test.each([
    ['out of memory', 'unknown', /out of memory/, terminated(137, { reason: 'OOMKilled' })],
    ['killed by hand', 'unknown', /signal 9/, terminated(137)],
    [
      'evicted',
      'node',
      /evicted by the node \(The node was low on resource: memory\. \)/,
      {
        phase: 'Failed',
        reason: 'Evicted',
        message: 'The node was low on resource: memory. ',
        ...disrupted('TerminationByKubelet', 'The node was low on resource: memory. '),
      },
    ],
    [
      'drained',
      'preempted',
      /evicted, as a drain/,
      { ...terminated(143), ...disrupted('EvictionByEvictionAPI', 'Eviction API: evicting') },
    ],
    [
      'preempted',
      'preempted',
      /preempted by a pod/,
      {
        ...terminated(143),
        ...disrupted('PreemptionByScheduler', 'default-scheduler: preempting to accommodate a higher priority pod'),
      },
    ],
    [
      'node shut down',
      'node',
      /shut down/,
      { phase: 'Failed', reason: 'Terminated', message: 'Pod was terminated in response to imminent node shutdown.' },
    ],
    [
      'node removed',
      'node',
      /gone/,
      { phase: 'Failed', ...disrupted('DeletionByPodGC', 'PodGC: node no longer exists') },
    ],
    [
      'too long',
      'time-limit',
      /timeLimit/,
      {
        ...terminated(130),
        reason: 'DeadlineExceeded',
        message: 'Pod was active on the node longer than the specified deadline',
      },
    ],
    [
      'no such command',
      'unknown',
      /could not be started.*executable file not found/,
      terminated(128, {
        reason: 'StartError',
        message: 'exec: "joulemark": executable file not found in $PATH: unknown',
      }),
    ],
    [
      'refused by the kubelet',
      'node',
      /refused/,
      {
        phase: 'Failed',
        reason: 'UnexpectedAdmissionError',
        message: 'Allocate failed due to no healthy devices present',
      },
    ],
  ])('%s', (_, kind, reason, status) => {
    expect(stateOf(job(), pod(status))).toMatchObject({ state: 'lost', kind, reason: expect.stringMatching(reason) })
  })

  test('with a node that does not answer its pod never ends, and is lost all the same', () => {
    const its = pod(
      { phase: 'Running', ...disrupted('DeletionByTaintManager', 'Taint manager: deleting due to NoExecute taint') },
      { deletionTimestamp: '2026-11-27T01:00:00Z' },
    )
    expect(stateOf(job(), its)).toMatchObject({ state: 'lost', kind: 'node' })
  })

  test('at the end of the window: its pod was interrupted, or never started', () => {
    const late = job(condition('Failed', 'DeadlineExceeded', 'Job was active longer than specified deadline'))
    for (const its of [undefined, pod(terminated(130))]) {
      expect(stateOf(late, its)).toMatchObject({ state: 'lost', kind: 'window' })
    }
  })

  test('its pod is gone, or its Job', () => {
    const gone = job(condition('Failed', 'BackoffLimitExceeded', 'Job has reached the specified backoff limit'))
    expect(stateOf(gone, undefined)).toMatchObject({
      state: 'lost',
      kind: 'unknown',
      reason: expect.stringContaining('backoff limit'),
    })
    expect(stateOf(undefined, undefined)).toMatchObject({ state: 'lost', kind: 'cancelled' })
  })

  test('what a cluster says cannot move a terminal', () => {
    const its = pod({ phase: 'Failed', reason: 'Evicted', message: '\u001b[2Jgone\n' })
    expect((stateOf(job(), its) as { reason: string }).reason).not.toMatch(/\p{Cc}/u)
  })
})

test('a Job that is complete ended well, although its pod is gone', () => {
  expect(stateOf(job(condition('Complete', '')), undefined)).toEqual({ state: 'ended', exitCode: 0 })
})

import { exitCodes } from '../../errors.ts'
import { plainText } from '../../plain-text.ts'
import type { JobState, LossKind } from '../engine.ts'
import type { KubernetesJob, KubernetesPod } from './objects.ts'

/** Why Kubernetes ended a pod, by the reason of its condition `DisruptionTarget`, or of its status. */
const disruptions: Readonly<Record<string, readonly [LossKind, string]>> = {
  PreemptionByScheduler: ['preempted', 'preempted by a pod of a higher priority'],
  EvictionByEvictionAPI: ['preempted', 'evicted, as a drain of the node does'],
  DeletionByTaintManager: ['node', 'the node was tainted, as one is that does not answer'],
  DeletionByPodGC: ['node', 'the node is gone'],
  TerminationByKubelet: ['node', 'ended by the kubelet of the node'],
  Evicted: ['node', 'evicted by the node'],
  NodeShutdown: ['node', 'the node was shut down'],
  Terminated: ['node', 'the node was shut down'],
  NodeLost: ['node', 'the node does not answer'],
  UnexpectedAdmissionError: ['node', 'the node refused the pod'],
  OutOfcpu: ['node', 'the node refused the pod'],
  DeadlineExceeded: ['time-limit', 'not finished in timeLimit'],
}

/** The state of a Job and of its newest pod, either undefined where Kubernetes has none. Pure. */
export function stateOf(job: KubernetesJob | undefined, pod: KubernetesPod | undefined): JobState {
  if (job === undefined) return lost('cancelled', 'its Job was deleted')
  const end = job.status?.conditions?.find(({ type, status }) => isEnd(type) && status === 'True')
  // Kubernetes ends the pod of such a Job, which then has the exit code of a run that was interrupted
  if (end?.reason === 'DeadlineExceeded') return lost('window', 'the maintenance window closed before it had ended')
  const ended = endOfPod(pod)
  if (ended !== null) return ended
  if (end !== undefined) return endOfJob(end)
  if (job.metadata.deletionTimestamp !== undefined) return lost('cancelled', 'its Job was deleted')
  if (job.spec?.suspend === true) return { state: 'waiting', reason: 'its Job is suspended' }
  return liveState(pod)
}

const isEnd = (type: string): boolean => ['Complete', 'Failed', 'FailureTarget', 'SuccessCriteriaMet'].includes(type)

const lost = (kind: LossKind, ...words: readonly (string | undefined)[]): JobState => {
  const [what, ...more] = words.filter((word) => word !== undefined && word !== '')
  const details = more.length === 0 ? '' : ` (${more.join(': ')})`
  return { state: 'lost', kind, reason: plainText(`${what}${details}`).slice(0, 500) }
}

/** How the pod ended; null for one that has not, or has no exit code of joulemark. */
function endOfPod(pod: KubernetesPod | undefined): JobState | null {
  if (pod === undefined) return null
  const { phase, reason, message, conditions = [] } = pod.status ?? {}
  const terminated = pod.status?.containerStatuses?.[0]?.state?.terminated
  if (phase === 'Succeeded') return { state: 'ended', exitCode: 0 }
  const target = conditions.find(({ type, status }) => type === 'DisruptionTarget' && status === 'True')
  const isOver = phase === 'Failed' || (pod.metadata.deletionTimestamp !== undefined && target !== undefined)
  if (!isOver) return null
  // the status of the pod is more precise than its condition, which says who ended it
  for (const [named, text] of [
    [reason, message],
    [target?.reason, target?.message],
  ]) {
    const [kind, words] = disruptions[named ?? ''] ?? []
    if (kind !== undefined) return lost(kind, words, text ?? message)
  }
  if (terminated === undefined) return lost('unknown', 'its pod failed without an exit code', reason, message)
  if (terminated.reason === 'OOMKilled') return lost('unknown', 'out of memory: the kernel ended it', 'OOMKilled')
  if (terminated.reason === 'StartError' || terminated.reason === 'ContainerCannotRun')
    return lost('unknown', 'its command could not be started', terminated.message)
  if (terminated.exitCode > 128 && terminated.exitCode !== exitCodes.interrupted)
    return lost('unknown', `its container was ended by signal ${terminated.signal ?? terminated.exitCode - 128}`)
  return { state: 'ended', exitCode: terminated.exitCode }
}

/** A Job that ended, of which no pod says how. */
function endOfJob({
  type,
  reason,
  message,
}: {
  type: string
  reason?: string | undefined
  message?: string | undefined
}): JobState {
  if (type === 'Complete' || type === 'SuccessCriteriaMet') return { state: 'ended', exitCode: 0 }
  return lost('unknown', 'its pod is gone, and with it its exit code', reason, message)
}

/** A Job that has not ended, by its pod. */
function liveState(pod: KubernetesPod | undefined): JobState {
  if (pod === undefined) return { state: 'waiting', reason: 'no pod yet' }
  const { phase, conditions = [], containerStatuses = [] } = pod.status ?? {}
  if (phase === 'Running') return { state: 'running' }
  const unscheduled = conditions.find(({ type, status }) => type === 'PodScheduled' && status === 'False')
  const waiting = containerStatuses[0]?.state?.waiting
  const [reason, message] = unscheduled
    ? [unscheduled.reason, unscheduled.message]
    : [waiting?.reason, waiting?.message]
  const words = [reason, message].filter((word) => word !== undefined && word !== '').join(': ')
  return { state: 'waiting', reason: words === '' ? null : plainText(words).slice(0, 500) }
}

import { createHash } from 'node:crypto'
import { isAbsolute, posix } from 'node:path'
import type { KubernetesBlock } from '../../scenario/fleet/engine-schemas.ts'
import type { BoxJob } from '../engine.ts'

/* The objects of one box in Kubernetes: a Job, the files that it reads, and the pod by which its records are fetched. */

/** Where the folder of the node is in a pod: its home and working folder. */
export const HOME = '/joulemark'
/** Labels by which everything of joulemark is found again. */
const managed = { 'app.kubernetes.io/name': 'joulemark', 'app.kubernetes.io/managed-by': 'joulemark' }
export const MANAGED = 'app.kubernetes.io/managed-by=joulemark'
/** Annotations: ids and names of nodes are longer than a label may be. */
export const JOB_ID = 'joulemark/job'
const NODE_NAME = 'joulemark/node'

const DAY_S = 86_400
/** A finished Job is removed after a week: its log can be read until then. */
const KEPT_S = 7 * DAY_S
/** A run that is interrupted writes what it has in this time. */
const GRACE_S = 60
/** The pod that records are fetched from ends by itself. */
const COLLECT_S = 1800

/** The name of the Job of an id: its beginning, and a hash of all of it. 63 characters at most, in small letters. */
export function nameOf(id: string): string {
  const hash = createHash('sha256').update(id).digest('hex').slice(0, 10)
  const start = id
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 50)
    .replace(/^-+|-+$/g, '')
  return `${start === '' ? 'jm' : start}-${hash}`
}

/** Tolerations of the pods of a fleet: those that are stated, and that for the taint that nodes with GPUs often have. */
export function tolerationsOf({ tolerations, gpuResource }: KubernetesBlock): KubernetesBlock['tolerations'] {
  return [...tolerations, { key: gpuResource, operator: 'Exists' }]
}

/** Kubernetes puts variables into the words of a command, written as `$(NAME)`; `$$` is one dollar. */
const literal = (word: string): string => word.replaceAll('$', '$$$$')

/**
 * The Job of a box: one pod on its node, by way of the scheduler, so that a cordoned or full node is waited for. It is started once
 * and never again by Kubernetes. timeLimit counts from the start of the pod, the window from now, started or not.
 */
export function jobManifest(job: BoxJob, block: KubernetesBlock) {
  const labels = { ...managed, 'joulemark/name': nameOf(job.id) }
  const annotations = { [JOB_ID]: job.id, [NODE_NAME]: job.box }
  const storage = storageOf(job, block)
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: nameOf(job.id), namespace: block.namespace, labels, annotations },
    spec: {
      ...{ backoffLimit: 0, completions: 1, parallelism: 1, ttlSecondsAfterFinished: KEPT_S },
      ...(job.endWithinS === null ? {} : { activeDeadlineSeconds: Math.max(1, Math.floor(job.endWithinS)) }),
      template: {
        metadata: { labels, annotations },
        spec: {
          restartPolicy: 'Never',
          activeDeadlineSeconds: job.timeLimitS,
          terminationGracePeriodSeconds: GRACE_S,
          ...placeOf(job.box, block),
          tolerations: tolerationsOf(block),
          affinity: nodeAffinity(job.box),
          containers: [
            {
              name: 'joulemark',
              image: block.image,
              command: job.argv.map(literal),
              workingDir: HOME,
              env: environmentOf(block),
              ...(block.secret === undefined ? {} : { envFrom: [{ secretRef: { name: block.secret } }] }),
              ...(block.gpus === undefined
                ? {}
                : { resources: { limits: { [block.gpuResource]: String(block.gpus) } } }),
              volumeMounts: storage.mounts,
              terminationMessagePolicy: 'FallbackToLogsOnError',
            },
          ],
          volumes: storage.volumes,
        },
      },
    },
  }
}

/** The pod sees its node as a program on it would: its network, where the model server listens, and its processes. */
function placeOf(box: string, { hostNetwork, hostPID, runtimeClass, serviceAccount }: KubernetesBlock) {
  // without the network of the node, the host name of a record would be that of the pod
  const hostname = box.split('.')[0]!.slice(0, 63)
  return {
    automountServiceAccountToken: false,
    ...(hostNetwork ? { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' } : { hostname }),
    ...(hostPID ? { hostPID: true } : {}),
    ...(runtimeClass === undefined ? {} : { runtimeClassName: runtimeClass }),
    ...(serviceAccount === undefined ? {} : { serviceAccountName: serviceAccount }),
  }
}

const nodeAffinity = (box: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [box] }] }],
    },
  },
})

/** A pod that asks for no GPU sees all of them, to read their power: the model server has asked for them. */
const environmentOf = ({ gpus }: KubernetesBlock) => [
  { name: 'HOME', value: HOME },
  ...(gpus === undefined
    ? [
        { name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' },
        { name: 'NVIDIA_DRIVER_CAPABILITIES', value: 'compute,utility' },
      ]
    : []),
]

/** The folder of the node, the shared folder where there is one, and the files that the command names. */
function storageOf({ outFolder, files, id }: BoxJob, { hostFolder }: KubernetesBlock) {
  const shared = isAbsolute(outFolder) ? [posix.dirname(outFolder)] : []
  const hostPath = (path: string) => ({ hostPath: { path, type: 'DirectoryOrCreate' } })
  return {
    volumes: [
      { name: 'home', ...hostPath(hostFolder) },
      ...shared.map((path) => ({ name: 'shared', ...hostPath(path) })),
      ...(files.length === 0 ? [] : [{ name: 'files', configMap: { name: nameOf(id) } }]),
    ],
    mounts: [
      { name: 'home', mountPath: HOME },
      ...shared.map((mountPath) => ({ name: 'shared', mountPath })),
      ...files.map((mountPath, at) => ({ name: 'files', mountPath, subPath: `file${at}`, readOnly: true })),
    ],
  }
}

/** The files of a job, which go with it. `uid` is that of its Job. */
export function filesManifest(
  job: BoxJob,
  block: KubernetesBlock,
  { uid, contents }: { readonly uid: string; readonly contents: readonly Buffer[] },
) {
  const name = nameOf(job.id)
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      ...{ name, namespace: block.namespace, labels: managed },
      ownerReferences: [{ apiVersion: 'batch/v1', kind: 'Job', name, uid }],
    },
    binaryData: Object.fromEntries(contents.map((content, at) => [`file${at}`, content.toString('base64')])),
  }
}

export const collectorName = (id: string): string => `jm-collect-${nameOf(id).slice(-10)}`

/**
 * A pod beside the folder of a node, which does nothing: its records are read through it. It is put on the node without the
 * scheduler, so that a node that was cordoned meanwhile still gives its records.
 */
export const collectorManifest = ({ id, box }: Pick<BoxJob, 'id' | 'box'>, block: KubernetesBlock) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: collectorName(id), namespace: block.namespace, labels: managed, annotations: { [JOB_ID]: id } },
  spec: {
    nodeName: box,
    restartPolicy: 'Never',
    activeDeadlineSeconds: COLLECT_S,
    terminationGracePeriodSeconds: 0,
    automountServiceAccountToken: false,
    ...(block.serviceAccount === undefined ? {} : { serviceAccountName: block.serviceAccount }),
    tolerations: [{ operator: 'Exists' }],
    containers: [
      {
        name: 'collect',
        image: block.image,
        command: ['sleep', String(COLLECT_S)],
        workingDir: HOME,
        volumeMounts: [{ name: 'home', mountPath: HOME, readOnly: true }],
      },
    ],
    volumes: [{ name: 'home', hostPath: { path: block.hostFolder, type: 'DirectoryOrCreate' } }],
  },
})

import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kubernetesSchema } from '../../scenario/fleet/engine-schemas.ts'
import { kubernetesErrors } from '../../testing/kubernetes-schema.ts'
import type { BoxJob } from '../engine.ts'
import { collectorManifest, filesManifest, jobManifest, nameOf } from './manifest.ts'

const job: BoxJob = {
  id: 'jm-rack-7-20261127t010900-gpu1.example-1',
  box: 'gpu1.example',
  argv: ['joulemark', 'run', '/home/a/own scenario.yaml', '--out', 'joulemark-results'],
  files: ['/home/a/own scenario.yaml'],
  outFolder: 'joulemark-results',
  logFolder: '/tmp/log',
  timeLimitS: 7200,
  endWithinS: null,
}
const block = (over: object = {}) =>
  kubernetesSchema.parse({ image: 'registry/joulemark:0.5.0', namespace: 'bench', ...over })
const podOf = (over: object = {}, of: Partial<BoxJob> = {}) =>
  jobManifest({ ...job, ...of }, block(over)).spec.template.spec

describe('by the schema that Kubernetes publishes', () => {
  test.each([
    ['as little as a file can say', {}, {}],
    [
      'all of it',
      {
        gpus: 8,
        secret: 'store',
        serviceAccount: 'joulemark',
        runtimeClass: 'nvidia',
        hostNetwork: false,
        hostPID: false,
        tolerations: [{ key: 'team', operator: 'Equal', value: 'sales', effect: 'NoExecute' }],
      },
      { endWithinS: 3600.5, outFolder: '/shared/results/gpu1' },
    ],
  ])('a Job is valid: %s', (_, over, of) => {
    expect(kubernetesErrors(jobManifest({ ...job, ...of }, block(over)))).toEqual([])
  })

  test('so are its files, and the pod that fetches records', () => {
    expect(kubernetesErrors(filesManifest(job, block(), { uid: 'u', contents: [Buffer.from([0, 255])] }))).toEqual([])
    expect(kubernetesErrors(collectorManifest(job, block({ serviceAccount: 'joulemark' })))).toEqual([])
  })

  test('the schema finds a field that is none, and a wrong type', () => {
    const { spec, ...rest } = jobManifest(job, block())
    expect(kubernetesErrors({ ...rest, spec: { ...spec, backofLimit: 0 } } as never)).toHaveLength(1)
    expect(kubernetesErrors({ ...rest, spec: { ...spec, backoffLimit: '0' } } as never)).toHaveLength(1)
  })
})

describe('a Job', () => {
  test('is started once, on its node and by way of the scheduler', () => {
    const { spec } = jobManifest(job, block())
    expect(spec).toMatchObject({ backoffLimit: 0, completions: 1, parallelism: 1 })
    expect(spec.template.spec).toMatchObject({ restartPolicy: 'Never' })
    expect(spec.template.spec).not.toHaveProperty('nodeName')
    expect(JSON.stringify(spec.template.spec.affinity)).toContain(
      '"metadata.name","operator":"In","values":["gpu1.example"]',
    )
  })

  test('timeLimit counts from the start of the pod, the window from now', () => {
    const within = jobManifest({ ...job, endWithinS: 3600.9 }, block()).spec
    expect(within.activeDeadlineSeconds).toBe(3600)
    expect(within.template.spec.activeDeadlineSeconds).toBe(7200)
    expect(jobManifest(job, block()).spec).not.toHaveProperty('activeDeadlineSeconds')
  })

  test('sees its node, and all GPUs, beside the model server that asked for them', () => {
    const pod = podOf()
    expect(pod).toMatchObject({
      hostNetwork: true,
      hostPID: true,
      dnsPolicy: 'ClusterFirstWithHostNet',
      automountServiceAccountToken: false,
    })
    expect(pod.containers[0]).not.toHaveProperty('resources')
    expect(pod.containers[0]!.env).toContainEqual({ name: 'NVIDIA_VISIBLE_DEVICES', value: 'all' })
  })

  test('asks for GPUs where it is to have them: the device plugin then names them', () => {
    const [container] = podOf({ gpus: 8 }).containers
    expect(container!.resources).toEqual({ limits: { 'nvidia.com/gpu': '8' } })
    expect(JSON.stringify(container!.env)).not.toContain('VISIBLE')
  })

  test('without the network of the node it is named like the node, because records say the host name', () => {
    expect(podOf({ hostNetwork: false })).toMatchObject({ hostname: 'gpu1' })
  })

  test('the password of the store comes from a Secret, never from the command', () => {
    expect(podOf({ secret: 'store' }).containers[0]!.envFrom).toEqual([{ secretRef: { name: 'store' } }])
  })

  test('files stand where the command names them, and the records in the folder of the node', () => {
    expect(podOf().containers[0]!.volumeMounts).toEqual([
      { name: 'home', mountPath: '/joulemark' },
      { name: 'files', mountPath: '/home/a/own scenario.yaml', subPath: 'file0', readOnly: true },
    ])
    expect(podOf({}, { outFolder: '/shared/results/gpu1', files: [] }).volumes).toEqual([
      { name: 'home', hostPath: { path: '/var/lib/joulemark', type: 'DirectoryOrCreate' } },
      { name: 'shared', hostPath: { path: '/shared/results', type: 'DirectoryOrCreate' } },
    ])
  })
})

/** What Kubernetes makes of the words of a command: `$(NAME)` is a variable, `$$` a dollar (third_party/forked/golang/expansion). */
function expanded(word: string): string {
  let text = ''
  for (let at = 0; at < word.length; at += 1) {
    if (word[at] !== '$') text += word[at]
    else if (word[at + 1] === '$') {
      text += '$'
      at += 1
    } else if (word[at + 1] === '(' && word.includes(')', at)) {
      text += 'A VARIABLE'
      at = word.indexOf(')', at)
    } else text += '$'
  }
  return text
}

test('every word of the command arrives as it is', () => {
  expect(expanded('a$(HOME)$$b')).toBe('aA VARIABLE$b')
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.string(), fc.stringMatching(/^[$()A]{1,8}$/))), (words) => {
      const { command } = podOf({}, { argv: ['joulemark', ...words] }).containers[0]!
      expect(command.map(expanded)).toEqual(['joulemark', ...words])
    }),
  )
})

test('names are valid for Kubernetes, and no two ids have one', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 300 }), fc.string({ maxLength: 300 }), (one, other) => {
      expect(nameOf(one)).toMatch(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/)
      expect(nameOf(one) === nameOf(other)).toBe(one === other)
    }),
  )
  expect(nameOf('jm-A-1')).not.toBe(nameOf('jm-a-1'))
})

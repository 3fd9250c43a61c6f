import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePorts } from './free-ports.ts'

/** What a control plane consists of; `kubectl` is how it is asked. */
export const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const

/** A real control plane of Kubernetes without kubelets: its nodes and the states of pods are written by a test. */
export interface KubernetesCluster {
  /** Environment of `kubectl` as the administrator. */
  readonly env: NodeJS.ProcessEnv
  /** The same as an account of a namespace. */
  readonly as: (namespace: string, account: string) => NodeJS.ProcessEnv
  /** Calls kubectl as the administrator and gives what it prints. Throws where it fails. */
  readonly kubectl: (...args: readonly string[]) => string
  /** A node that is ready and has GPUs; again for one that is there: it has no kubelet that says so every ten seconds. */
  readonly ready: (node: string) => void
  readonly stop: () => Promise<void>
}

const START_MS = 120_000

/** Starts a control plane in a temporary folder. Throws if it is not ready after two minutes. */
export async function startKubernetes(): Promise<KubernetesCluster> {
  const root = mkdtempSync(join(tmpdir(), 'kubernetes-'))
  const at = (name: string) => join(root, name)
  const port = await freePorts(3)
  const [etcd, peer, server] = [
    `http://127.0.0.1:${port}`,
    `http://127.0.0.1:${port + 1}`,
    `https://127.0.0.1:${port + 2}`,
  ]
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  })
  writeFileSync(at('private.pem'), privateKey)
  writeFileSync(at('public.pem'), publicKey)
  writeFileSync(at('tokens.csv'), 'the-token,admin,admin,"system:masters"\n')
  const configOf = (name: string, token: string): string => {
    const cluster = { server, 'insecure-skip-tls-verify': true }
    writeFileSync(
      at(name),
      JSON.stringify({
        ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'c' },
        clusters: [{ name: 'c', cluster }],
        users: [{ name: 'u', user: { token } }],
        contexts: [{ name: 'c', context: { cluster: 'c', user: 'u' } }],
      }),
    )
    return at(name)
  }
  const config = configOf('admin.json', 'the-token')
  const env = { ...process.env, KUBECONFIG: config, KUBECACHEDIR: at('cache') }
  const children: ChildProcess[] = []
  const start = (program: (typeof CONTROL_PLANE)[number], ...flags: readonly string[]) => {
    const log = openSync(at(`${program}.log`), 'w')
    children.push(spawn(program, flags, { stdio: ['ignore', log, log], cwd: root }))
  }
  start(
    'etcd',
    `--data-dir=${at('data')}`,
    ...['client', 'peer'].flatMap((kind) => [`--listen-${kind}-urls=${kind === 'peer' ? peer : etcd}`]),
    `--advertise-client-urls=${etcd}`,
    '--unsafe-no-fsync',
  )
  start(
    'kube-apiserver',
    `--etcd-servers=${etcd}`,
    `--cert-dir=${at('certs')}`,
    `--secure-port=${port + 2}`,
    '--bind-address=127.0.0.1',
    '--service-cluster-ip-range=10.0.0.0/24',
    `--service-account-key-file=${at('public.pem')}`,
    `--service-account-signing-key-file=${at('private.pem')}`,
    '--service-account-issuer=https://kubernetes.default.svc',
    `--token-auth-file=${at('tokens.csv')}`,
    '--authorization-mode=RBAC',
  )
  const kubectl = (...args: readonly string[]) =>
    execFileSync('kubectl', args, { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })
  const stop = async () => {
    for (const child of children.toReversed()) if (child.exitCode === null) child.kill('SIGKILL')
    await Promise.all(children.map((child) => child.exitCode ?? child.signalCode ?? once(child, 'exit')))
    rmSync(root, { recursive: true, force: true })
  }
  for (const until = Date.now() + START_MS; ; await wait(500)) {
    try {
      if (kubectl('get', '--raw', '/readyz') === 'ok') break
    } catch (error) {
      if (Date.now() < until) continue
      await stop()
      throw error
    }
  }
  start(
    'kube-controller-manager',
    `--kubeconfig=${config}`,
    `--service-account-private-key-file=${at('private.pem')}`,
    '--leader-elect=false',
    '--secure-port=0',
  )
  start('kube-scheduler', `--kubeconfig=${config}`, '--leader-elect=false', '--secure-port=0')
  return {
    env,
    kubectl,
    stop,
    as: (namespace, account) => ({
      ...env,
      KUBECONFIG: configOf(`${account}.json`, kubectl('--namespace', namespace, 'create', 'token', account).trim()),
    }),
    ready: (node) => {
      const capacity = { cpu: '64', memory: '512Gi', pods: '110', 'nvidia.com/gpu': '8' }
      const now = new Date().toISOString()
      const condition = {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        lastHeartbeatTime: now,
        lastTransitionTime: now,
      }
      const status = { capacity, allocatable: capacity, conditions: [condition] }
      if (!kubectl('get', 'nodes', '--output=name').includes(`node/${node}\n`)) {
        const path = at(`${node}.json`)
        writeFileSync(path, JSON.stringify({ apiVersion: 'v1', kind: 'Node', metadata: { name: node } }))
        kubectl('create', '--filename', path)
      }
      kubectl('patch', 'node', node, '--subresource=status', '--type=merge', '--patch', JSON.stringify({ status }))
    },
  }
}

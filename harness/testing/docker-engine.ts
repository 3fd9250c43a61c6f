import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A Docker engine of a test, with data of its own, and an image that stands for vLLM. */
export interface DockerEngine {
  /** `docker` on PATH is this engine's, without the GPU flag. */
  readonly env: NodeJS.ProcessEnv
  /** The same with the GPU flag, which no engine without the runtime of NVIDIA takes. */
  readonly gpuEnv: NodeJS.ProcessEnv
  /** The same as of a user who is in no group. */
  readonly strangerEnv: NodeJS.ProcessEnv
  /** Names and states of its containers. */
  containers(): string[]
  /** What `docker` prints. */
  docker(...args: readonly string[]): string
  /** Ends the engine and its containers. */
  end(): Promise<void>
  /** Ends it and removes its data. */
  stop(): Promise<void>
}

/** Tag of the image of vLLM. */
export const IMAGE_TAG = 'simulated'
const IMAGE = `vllm/vllm-openai:${IMAGE_TAG}`
const SOCKET = 'docker.sock'
const PATIENCE_MS = 60_000

/** Why no engine can be started on this machine; null if one can. */
export function whyNoEngine(): string | null {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'a Docker engine requires root on Linux'
  if (pathOf('dockerd') === null) return 'there is no dockerd on this machine'
  return existsSync('/var/run/docker.sock') ? 'an engine runs here already, and two would share a bridge' : null
}

const pathOf = (program: string): string | null =>
  [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path)) ?? null

/**
 * Starts an engine and makes the image, whose `nvidia-smi -L` lists these cards. Throws with the end of the engine's log if it
 * does not start, as without cgroups.
 */
export async function startDockerEngine(uuids: readonly string[] = []): Promise<DockerEngine> {
  const folder = mkdtempSync(join(tmpdir(), 'docker-engine-'))
  const socket = `unix://${join(folder, SOCKET)}`
  const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'exec'), '-p', join(folder, 'pid')]
  const engine = spawn(
    pathOf('dockerd') ?? 'dockerd',
    [...places, '--storage-driver', 'vfs', '--iptables=false', '--ip6tables=false', '-H', socket],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  )
  let log = ''
  engine.stderr.setEncoding('utf8').on('data', (text: string) => {
    log = (log + text).slice(-2000)
  })
  const client = pathOf('docker') ?? 'docker'
  const docker = (...args: readonly string[]) =>
    execFileSync(client, [...args], { env: { ...process.env, DOCKER_HOST: socket }, encoding: 'utf8', stdio: 'pipe' })
  const stop = async () => {
    await endOf(engine)
    // a container in the network of the host leaves a mount, which keeps the folder
    const spaces = join(folder, 'exec', 'netns')
    for (const name of existsSync(spaces) ? readdirSync(spaces) : []) spawnSync('umount', [join(spaces, name)])
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    await untilUp(engine, docker)
    const image = await imageFolder(folder, uuids)
    const tar = execFileSync('tar', ['-C', image, '-c', '.'], { maxBuffer: 2 ** 30 })
    execFileSync(client, ['import', '--change', 'ENTRYPOINT ["/node", "/entry.mjs"]', '-', IMAGE], {
      env: { ...process.env, DOCKER_HOST: socket },
      input: tar,
    })
  } catch (error) {
    await stop()
    throw new Error(`no Docker engine can be started here: ${String(error)}; ${log}`)
  }
  return {
    env: { PATH: pathWith(clientFolder(folder, 'bin', withoutGpus(client))), DOCKER_HOST: socket },
    gpuEnv: { PATH: pathWith(dirname(client)), DOCKER_HOST: socket },
    strangerEnv: { PATH: pathWith(clientFolder(folder, 'stranger', asNobody(client))), DOCKER_HOST: socket },
    containers: () =>
      docker('ps', '--all', '--format', '{{.Names}} {{.State}}')
        .split('\n')
        .filter((line) => line !== ''),
    docker,
    end: () => endOf(engine),
    stop,
  }
}

async function untilUp(engine: ChildProcess, docker: (...args: readonly string[]) => string): Promise<void> {
  const untilMs = performance.now() + PATIENCE_MS
  for (;;) {
    try {
      docker('version')
      return
    } catch (error) {
      if (engine.exitCode !== null || performance.now() > untilMs) throw error
      await delay(200)
    }
  }
}

async function endOf(engine: ChildProcess): Promise<void> {
  if (engine.exitCode !== null || engine.signalCode !== null) return
  const ended = new Promise((resolve) => engine.once('exit', resolve))
  engine.kill('SIGTERM')
  await ended
}

const pathWith = (folder: string): string => `${folder}${delimiter}${process.env['PATH']}`

/** A folder with a `docker`. */
function clientFolder(folder: string, name: string, script: string): string {
  const bin = join(folder, name)
  mkdirSync(bin)
  writeFileSync(join(bin, 'docker'), script)
  chmodSync(join(bin, 'docker'), 0o755)
  return bin
}

/** A `docker` that leaves out the GPU flag: no test machine has the runtime that it requires. */
const withoutGpus = (client: string): string => `#!/bin/sh
skip=
for word do
  shift
  if [ -n "$skip" ]; then skip=; continue; fi
  if [ "$word" = --gpus ]; then skip=1; continue; fi
  set -- "$@" "$word"
done
exec '${client}' "$@"
`

const asNobody = (client: string): string => `#!/bin/sh
exec setpriv --reuid=65534 --regid=65534 --clear-groups env HOME=/ '${client}' "$@"
`

/** The root file system of the image: Node with its libraries, and the simulator in one file behind a relay. */
async function imageFolder(folder: string, uuids: readonly string[]): Promise<string> {
  const root = join(folder, 'image')
  mkdirSync(join(root, 'tmp'), { recursive: true })
  copyFileSync(process.execPath, join(root, 'node'))
  const libraries = execFileSync('ldd', [process.execPath], { encoding: 'utf8' })
  for (const [, path = ''] of libraries.matchAll(/(\/\S+) \(0x/g)) {
    mkdirSync(join(root, dirname(path)), { recursive: true })
    copyFileSync(path, join(root, path))
  }
  await build({
    entryPoints: [fileURLToPath(new URL('../simulator/process.ts', import.meta.url))],
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: join(root, 'simulator.mjs'),
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
    logLevel: 'silent',
  })
  writeFileSync(join(root, 'entry.mjs'), entry)
  const cards = uuids.map((uuid, index) => `GPU ${index}: NVIDIA GeForce RTX 4090 (UUID: ${uuid})`)
  mkdirSync(join(root, 'usr', 'bin'), { recursive: true })
  writeFileSync(join(root, 'usr', 'bin', 'nvidia-smi'), `#!/node\nconsole.log(${JSON.stringify(cards.join('\n'))})\n`)
  writeFileSync(join(root, 'usr', 'bin', 'python3'), python)
  for (const program of ['nvidia-smi', 'python3']) chmodSync(join(root, 'usr', 'bin', program), 0o755)
  return root
}

/** Stands for the download of weights: FETCH=hang never ends, FETCH=fill writes into the cache until its disk is full. */
const python = `#!/node
const fs = require('node:fs')
const say = (values) => console.log(JSON.stringify({ joulemarkFetch: 1, ...values }))
let program = ''
process.on('SIGTERM', () => process.exit(1))
process.stdin.on('data', (text) => { program += text }).on('end', () => {
  if (!program.includes('joulemarkFetch')) process.exit(1)
  if (process.env.FETCH === 'hang') {
    let bytes = 0
    say({ files: 1, totalBytes: 1e9, bytes })
    setInterval(() => say({ bytes: bytes += 1e6 }), 200)
  } else if (process.env.FETCH === 'fill') {
    try {
      for (let part = 0; ; part += 1) fs.writeFileSync('/root/.cache/huggingface/part-' + part, Buffer.alloc(1e6))
    } catch (error) {
      say({ error: 'OSError: [Errno 28] ' + error.message.replace('ENOSPC: no space', 'No space') })
      process.exit(1)
    }
  } else say({ done: true, bytes: 0 })
})
`

/** The simulator listens on a loopback address, which in a container nobody else reaches. */
const entry = `import { spawn } from 'node:child_process'
import { connect, createServer } from 'node:net'
process.on('SIGTERM', () => process.exit(0))
console.error('INFO vLLM API server version 0.27.0')
console.error('INFO [gpu_model_runner.py:5037] Starting to load model model...')
const words = ['--card', 'rtx-4090', '--model', 'llama-3.1-8b-instruct-fp8', '--port', '8001']
const simulator = spawn(process.execPath, ['/simulator.mjs', ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
simulator.on('exit', (code) => process.exit(code ?? 1))
simulator.stdout.once('data', () => {
  console.error('INFO [gpu_model_runner.py:6456] Graph capturing finished in 1 secs, took 0.5 GiB')
  const eaten = []
  const relay = createServer((client) => {
    const server = connect(8001, '127.0.0.1')
    client.on('data', (bytes) => {
      if (process.env.DIE_UNDER_LOAD && /^POST/.test(bytes)) setTimeout(() => process.exit(1), 300)
      if (process.env.EAT_UNDER_LOAD && /^POST/.test(bytes)) setInterval(() => eaten.push(Buffer.alloc(5e7, 1)), 20)
    })
    for (const [from, to] of [[client, server], [server, client]]) {
      from.on('error', () => to.destroy())
      from.pipe(to)
    }
  })
  relay.listen(8000, '0.0.0.0')
})
`

import { chmodSync, existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** A `docker` on PATH that prints a start-up log and records its calls. */
export interface FakeDocker {
  readonly env: NodeJS.ProcessEnv
  /** Arguments of every call, oldest first. */
  calls(): string[][]
  /** The program that the last probe was given on stdin. */
  program(): string
  /** Whether a container is up. */
  isUp(): boolean
  /** Puts a container there that somebody else started, with this label of its owner; `process` stands for it. */
  leave(name: string, owner: string, process: number, port?: number): void
}

export interface FakeStart {
  readonly log: string
  /** Exit code after the log; null serves /health instead, until something asks for /end/CODE. */
  readonly exitCode: number | null
  /** Answers with the server on this port of this machine. */
  readonly serves?: number
  /** The kernel killed a process of its container for lack of memory. */
  readonly oomKilled?: boolean
  /** Never answers /health, and never ends by itself. */
  readonly hangs?: boolean
  /** What a container with a shell as entrypoint runs instead of its command: what the test has of the command's image. */
  readonly command?: readonly string[]
  /** Folder of this machine that `exec` sees as the root of the container. */
  readonly files?: string
  /** What the probe of the cards prints; without it the image has no torch. */
  readonly probe?: string
  /** What a download of weights prints; without it, that all of them are there. */
  readonly fetch?: string
  /** A download of weights never ends. */
  readonly fetchHangs?: boolean
  /** What a pull prints, after which the image is here; without it the registry is not reached. */
  readonly pulls?: string
  /** Digest by which the registry names its image. */
  readonly digest?: string
  /** Its container exists only after this many calls of `docker`. */
  readonly madeAfterCalls?: number
  /** Instead of what `docker info` prints: the text of a daemon that does not answer. */
  readonly daemonError?: string
  /** Images are here by their tags only, as those that were loaded from a file. */
  readonly withoutDigests?: boolean
  /** No image is here. */
  readonly withoutImages?: boolean
  /** What a container with GPUs fails with; without it, it lists those of JOULEMARK_NVIDIA_SMI. */
  readonly gpuError?: string
}

/** Id of its image, in hexadecimal. */
export const IMAGE_HEX = 'ab'.repeat(32)
/** Id of its container. */
export const CONTAINER_ID = 'c0ffee'

/** `rm --force` ends the container and the client process of `run`, as the daemon does. */
const program = `#!${process.execPath}
const fs = require('node:fs'); const path = require('node:path'); const http = require('node:http'); const net = require('node:net')
const home = __dirname; const args = process.argv.slice(2)
// before anybody can see the call: a client that waits for its container ignores the signal
if (args[0] === 'run' && !args.includes('--entrypoint')) process.on('SIGTERM', () => {})
fs.appendFileSync(path.join(home, 'calls'), JSON.stringify(args) + '\\n')
const pidFile = path.join(home, 'pid')
const valueOf = (flag) => args[args.indexOf(flag) + 1]
const make = (inner) => {
  const port = Number(/:(\\d+):8000$/.exec(valueOf('-p'))?.[1] ?? 0)
  const made = { pid: process.pid, inner, name: valueOf('--name'), label: valueOf('--label'), port }
  fs.writeFileSync(pidFile + '.new', JSON.stringify(made))
  fs.renameSync(pidFile + '.new', pidFile)
}
// without --rm a container that has ended is there until it is removed
const end = (code) => {
  if (args.includes('--rm')) fs.rmSync(pidFile, { force: true })
  else if (fs.existsSync(pidFile)) fs.writeFileSync(pidFile, JSON.stringify({ ...JSON.parse(fs.readFileSync(pidFile, 'utf8')), status: 'exited', code }))
  process.exitCode = code
}
const container = fs.existsSync(pidFile) ? JSON.parse(fs.readFileSync(pidFile, 'utf8')) : null
const start = JSON.parse(fs.readFileSync(path.join(home, 'start.json'), 'utf8'))
const fail = (text, code = 1) => { process.stderr.write(text + '\\n'); process.exitCode = code }
if (args[0] === 'info') {
  if (start.daemonError) { process.stdout.write('{"ServerVersion":""}\\n'); fail(start.daemonError) }
  else process.stdout.write(JSON.stringify({ ServerVersion: '28.2.2', Name: require('node:os').hostname(), DockerRootDir: home }) + '\\n')
} else if (args[0] === 'image' && args.includes('--format')) {
  if (start.withoutImages && !fs.existsSync(path.join(home, 'pulled'))) process.exit(1)
  if (start.withoutDigests && args.at(-1).includes('@sha256:')) process.exit(1)
  const digests = start.digest === undefined ? [] : ['vllm/vllm-openai@' + start.digest]
  process.stdout.write((args.some((word) => word.includes('RepoDigests')) ? JSON.stringify(digests) : 'sha256:${IMAGE_HEX}') + '\\n')
} else if (args[0] === 'container' && args.some((word) => word.includes('.Image}}'))) {
  process.stdout.write('sha256:${IMAGE_HEX}\\n')
} else if (args[0] === 'container' && args.some((word) => word.includes('.OOMKilled}}'))) {
  if (container === null) process.exit(1)
  process.stdout.write((container.code ?? 0) + ' ' + (start.oomKilled ?? false) + '\\n')
} else if (args[0] === 'container' && args.some((word) => word.includes('.Pid}}'))) {
  process.stdout.write('0\\n')
} else if (args[0] === 'image') {
  const image = args.at(-1)
  if (start.withoutImages) { process.stdout.write('[]\\n'); fail('Error response from daemon: No such image: ' + image) }
  else process.stdout.write(JSON.stringify([{ Id: 'sha256:' + 'd'.repeat(64), RepoDigests: [], Size: 2e10 }]) + '\\n')
} else if (args[0] === 'context') {
  process.exitCode = 1
} else if (args[0] === 'pull' && start.pulls) {
  process.stdout.write(start.pulls)
  fs.writeFileSync(path.join(home, 'pulled'), '')
} else if (args[0] === 'run' && valueOf('--entrypoint') === 'python3' && args.at(-2) === '-') {
  fs.writeFileSync(path.join(home, 'program'), fs.readFileSync(0))
  if (start.fetchHangs) { make(); setInterval(() => {}, 1000) }
  else {
    const lines = start.fetch ?? '{"joulemarkFetch":1,"files":1,"totalBytes":1,"bytes":1}\\n{"joulemarkFetch":1,"done":true,"bytes":1}\\n'
    process.stdout.write(lines)
    if (lines.includes('"error"')) process.exitCode = 1
  }
} else if (args[0] === 'pull') {
  fail('Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host')
} else if (args.includes('--entrypoint') && valueOf('--entrypoint') === 'nvidia-smi') {
  if (start.gpuError) fail(start.gpuError, 125)
  else {
    const { stdout } = require('node:child_process').spawnSync(process.env.JOULEMARK_NVIDIA_SMI || 'nvidia-smi', ['-L'], { encoding: 'utf8' })
    process.stdout.write(stdout || '')
  }
} else if (args[0] === 'container') {
  if (container === null) process.exit(1)
  process.stdout.write((container.status ?? 'running') + ' ' + container.label.replace('joulemark.owner=', '') + '\\n')
} else if (args[0] === 'ps' && args.includes('{{.ID}} {{.Ports}}')) {
  if (container !== null) process.stdout.write('${CONTAINER_ID} 127.0.0.1:' + container.port + '->8000/tcp\\n')
} else if (args[0] === 'exec') {
  const { files } = JSON.parse(fs.readFileSync(path.join(home, 'start.json'), 'utf8'))
  const words = args.slice(2).map((word) => (word.startsWith('/') ? files + word : word))
  const { status, stdout } = require('node:child_process').spawnSync(words[0], words.slice(1))
  process.stdout.write(stdout)
  process.exitCode = status
} else if (args[0] === 'ps') {
  if (container !== null && args.includes('label=' + container.label)) process.stdout.write('${CONTAINER_ID}\\n')
} else if (args[0] === 'rm') {
  if (container !== null && args.some((name) => name === '${CONTAINER_ID}' || name === container.name)) {
    fs.rmSync(pidFile)
    if (container.code === undefined) for (const pid of [container.pid, container.inner]) try { process.kill(pid, 'SIGKILL') } catch {}
  }
} else if (valueOf('--entrypoint') === '/bin/sh') {
  const { command: [program, ...words] } = JSON.parse(fs.readFileSync(path.join(home, 'start.json'), 'utf8'))
  const inner = require('node:child_process').spawn(program, words, { stdio: ['ignore', 'inherit', 'inherit'], detached: true })
  process.on('SIGTERM', () => inner.kill('SIGTERM'))
  make(inner.pid)
  inner.on('exit', (code, signal) => { fs.rmSync(pidFile, { force: true }); process.exitCode = code ?? (signal === 'SIGTERM' ? 143 : 137) })
} else if (args.includes('--entrypoint')) {
  fs.writeFileSync(path.join(home, 'program'), fs.readFileSync(0))
  if (start.hangs) { make(); setInterval(() => {}, 1000) }
  else if (start.probe === undefined) { process.stderr.write("ModuleNotFoundError: No module named 'torch'\\n"); process.exitCode = 1 }
  else process.stdout.write(start.probe)
} else {
  const calls = () => fs.readFileSync(path.join(home, 'calls'), 'utf8').trim().split('\\n').length
  while (calls() < (start.madeAfterCalls ?? 0)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
  make()
  process.stderr.write(start.log)
  if (start.exitCode !== null) end(start.exitCode)
  else if (start.hangs) setInterval(() => {}, 1000)
  else {
    const port = Number(/:(\\d+):8000$/.exec(args[args.indexOf('-p') + 1])[1])
    if (start.serves) {
      const passOn = (client) => {
        const server = net.connect(start.serves, '127.0.0.1')
        for (const [from, to] of [[client, server], [server, client]]) { from.on('error', () => to.destroy()); from.pipe(to) }
      }
      net.createServer(passOn).listen(port, '127.0.0.1')
    } else http.createServer(({ url }, answer) => {
      answer.end()
      if (url.startsWith('/end/')) { end(Number(url.slice(5))); process.exit() }
    }).listen(port, '127.0.0.1')
  }
}
`

/** Makes the fake in its own folder; `env` has it first on PATH. */
export function fakeDocker(start: FakeStart): FakeDocker {
  const folder = mkdtempSync(join(tmpdir(), 'fake-docker-'))
  const path = join(folder, 'docker')
  writeFileSync(path, program)
  chmodSync(path, 0o755)
  writeFileSync(join(folder, 'start.json'), JSON.stringify(start))
  return {
    env: { PATH: `${folder}${delimiter}/usr/bin${delimiter}/bin` },
    calls: () =>
      existsSync(join(folder, 'calls'))
        ? readFileSync(join(folder, 'calls'), 'utf8')
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as string[])
        : [],
    program: () => readFileSync(join(folder, 'program'), 'utf8'),
    isUp: () => existsSync(join(folder, 'pid')),
    leave: (name, owner, pid, port) =>
      writeFileSync(join(folder, 'pid'), JSON.stringify({ pid, name, label: `joulemark.owner=${owner}`, port })),
  }
}

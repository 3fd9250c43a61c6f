#!/usr/bin/env node
// Starts joulemark on the Node that came with `npm ci`, whatever Node this file was started with.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { constants } from 'node:os'
import { fileURLToPath, pathToFileURL } from 'node:url'

const require = createRequire(import.meta.url)
const bundled = fileURLToPath(new URL('../node_modules/node/bin/node', import.meta.url))
const node = existsSync(bundled) ? bundled : process.execPath
const tsx = pathToFileURL(require.resolve('tsx')).href
const cli = fileURLToPath(new URL('./cli.ts', import.meta.url))

// a small young generation keeps a run of a million requests under 300 MB; nothing timed runs in this thread
const child = spawn(node, ['--max-semi-space-size=4', '--import', tsx, cli, ...process.argv.slice(2)], {
  stdio: 'inherit',
})
// a terminal sends Ctrl-C to both of us: the child decides what it means, and we wait for its word
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
child.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
})

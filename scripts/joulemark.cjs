#!/usr/bin/env node
// Starts joulemark on the Node that came with `npm ci`, whatever Node this file was started with. Without that Node
// (`npm ci --ignore-scripts`, a package from npm) it uses the one that started it, if it is new enough. ES5, so that any Node can read it.
var spawn = require('child_process').spawn
var existsSync = require('fs').existsSync
var constants = require('os').constants
var path = require('path')
var url = require('url')

var bundled = path.join(__dirname, '..', 'node_modules', 'node', 'bin', 'node')
var node = existsSync(bundled) ? bundled : process.execPath
if (node !== bundled) require('./preflight.cjs')
// a package from npm has bundled code, a checkout has its sources
var code = path.join(__dirname, '..', 'lib', 'scripts.cli.js')
var isPackage = existsSync(code)
var program = isPackage
  ? [code]
  : ['--import', url.pathToFileURL(require.resolve('tsx')).href, path.join(__dirname, 'cli.ts')]

// a small young generation keeps a run of a million requests under 300 MB; nothing timed runs in this thread
var args = ['--max-semi-space-size=4'].concat(program, process.argv.slice(2))
// where Node can, this process becomes the other one: no launcher is left that could be killed alone, or pass a signal on
// that its process group has received already
if (process.execve) process.execve(node, [node].concat(args))
var child = spawn(node, args, { stdio: 'inherit' })
// a terminal sends Ctrl-C to both of us: the child decides what it means, and we wait for its word
function pass(signal) {
  process.on(signal, function () {
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  })
}
pass('SIGINT')
pass('SIGTERM')
pass('SIGHUP')
child.on('error', function (error) {
  process.stderr.write('joulemark: ' + node + ' cannot be started: ' + error.message + '\n')
  process.exitCode = 3
})
child.on('exit', function (code, signal) {
  process.exitCode = code === null ? 128 + (constants.signals[signal] || 0) : code
})

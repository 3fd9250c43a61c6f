// Refuses a Node that is too old, in one line, before anything is loaded that such a Node cannot read. Every npm script
// and every entry of the command line starts with this file. It is therefore ES5 (preflight.e2e.test.ts checks it).

/** The oldest Node with which every dependency works, as major and minor version. */
var OLDEST = [22, 12]
/** Exit code of a failed environment (harness/errors.ts). Not 1, which is a negative result such as "not verified". */
var ENVIRONMENT_FAILED = 3

/** Why a Node version such as "20.20.2" cannot be used, in one line; null for one that can. */
function problemOf(version, path) {
  var parts = version.split('.')
  var major = Number(parts[0])
  var minor = Number(parts[1])
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return null
  return (
    'joulemark requires Node ' +
    OLDEST.join('.') +
    ' or later, and this is Node ' +
    version +
    ' (' +
    path +
    '). `npm ci` without --ignore-scripts installs a suitable Node into the project; or install one yourself.'
  )
}

var problem = problemOf(process.versions.node, process.execPath)
if (problem !== null) {
  process.stderr.write(problem + '\n')
  process.exit(ENVIRONMENT_FAILED)
}

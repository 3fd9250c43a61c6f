import { messageOf } from '../../errors.ts'

/**
 * The code of an error of the operating system, of OpenSSL or of Node, such as ECONNREFUSED, from the end of its chain of
 * causes; null where it has none.
 */
export function codeOf(error: unknown): string | null {
  const codes = causesOf(error).map((each) => (each as NodeJS.ErrnoException).code)
  return codes.findLast((code) => typeof code === 'string') ?? null
}

/** Codes of a machine without a route for one of the addresses of a name, such as IPv6. */
const noRoute = new Set(['EADDRNOTAVAIL', 'ENETUNREACH', 'EAFNOSUPPORT'])

/**
 * An error and its causes, outermost first. Of several causes (one per address of a name), the first that is more than a
 * missing route.
 */
export function causesOf(error: unknown): Error[] {
  const causes: Error[] = []
  for (let current = error; current instanceof Error && causes.length < 6; ) {
    causes.push(current)
    const inner = (current as AggregateError).errors as readonly NodeJS.ErrnoException[] | undefined
    current = inner?.find(({ code }) => !noRoute.has(code ?? '')) ?? inner?.[0] ?? current.cause
  }
  return causes
}

/**
 * The limit of the client machine that kept it from opening a connection, with what to do; null for any other code. Such a
 * failure says nothing about the server.
 */
export function ownMachineFault(code: string | null): string | null {
  switch (code) {
    case 'EMFILE':
      return 'joulemark has no free file handle: raise the limit with ulimit -n'
    case 'ENFILE':
      return 'the client machine has no free file handle: raise fs.file-max'
    case 'EADDRNOTAVAIL':
      return 'the client machine has no free port (widen net.ipv4.ip_local_port_range), or no address of that kind, such as IPv6'
    case 'ENOBUFS':
    case 'ENOMEM':
      return 'the client machine has no memory for another connection'
    default:
      return null
  }
}

/** The message of a connection that could not be opened, with what to do where a limit of this machine is the cause. */
export function connectMessage(error: unknown): string {
  const own = ownMachineFault(codeOf(error))
  return own === null ? messageOf(error) : `${messageOf(error)}: ${own}`
}

import { accessSync, constants } from 'node:fs'
import type { PeerCertificate } from 'node:tls'
import { messageOf } from '../../errors.ts'
import { plainText } from '../../plain-text.ts'
import type { Address } from '../address.ts'
import { causesOf, codeOf, ownMachineFault } from './own-machine.ts'
import { peekTls, speaksHttp, takesConnections } from './peek.ts'

/**
 * Why a connection to an endpoint failed and what to do, in words without the address and without a secret. Where the error
 * alone does not show the cause (the wrong scheme, a certificate), the port is asked. Never rejects.
 */
export async function whyUnreachable(
  address: Address,
  error: unknown,
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const code = codeOf(error)
  const scheme = await wrongScheme(address, error, code)
  if (scheme !== null) return scheme
  if (address.tls && code !== null && isCertificateCode(code)) {
    return certificateFault(code, address, (await peekTls(address)).certificate, env)
  }
  if (isTimeout(error) && (await takesConnections(address))) {
    return 'takes connections and does not answer; it may be starting, overloaded or hung: read its log'
  }
  const cause = code ?? (plainText(messageOf(causesOf(error).at(-1) ?? error)) || 'connection failed')
  return `cannot be reached (${cause}); ${adviceOn(code, address, error)}`
}

/** The limit of ours for an answer, which a signal of the request keeps. */
const isTimeout = (error: unknown): boolean => causesOf(error).some(({ name }) => name === 'TimeoutError')

/** The reason that OpenSSL gives, which Node puts into the code or, with EPROTO, into the message: WRONG_VERSION_NUMBER. */
const tlsReason = (error: unknown): string =>
  causesOf(error)
    .map((each) => `${(each as NodeJS.ErrnoException).code} ${each.message}`)
    .join(' ')
    .replace(/[^a-z0-9]+/gi, '_')
    .toUpperCase()

/** A server that speaks TLS where plain HTTP was asked for, or the reverse; null for any other fault. */
async function wrongScheme(address: Address, error: unknown, code: string | null): Promise<string | null> {
  const rest = `${address.authority}${address.basePath}`
  if (address.tls) {
    const isNoTls = /WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/.test(tlsReason(error))
    const isClosed = code === 'ECONNRESET' && (await speaksHttp(address))
    return isNoTls || isClosed ? `answers in plain HTTP, not TLS; expected http://${rest}` : null
  }
  // servers with TLS answer plain HTTP with an alert, with a closed connection, or with status 400 and a hint
  const isOdd = code === null ? /https|tls|ssl/i.test(messageOf(error)) : /^(ECONNRESET|EPIPE|HPE_\w+)$/.test(code)
  return isOdd && (await peekTls(address)).speaksTls
    ? `speaks TLS, and plain HTTP was sent; expected https://${rest}`
    : null
}

const CLIENT_CERTIFICATE =
  'the server requires a certificate of the client, which joulemark does not send; connect through a tunnel or to vLLM itself'

function adviceOn(code: string | null, { tls, host }: Address, error: unknown): string {
  const own = ownMachineFault(code)
  if (own !== null) return own
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${plainText(host)} could not be looked up; check its spelling, or give the IP address`
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'this machine has no route to the address; check the network and the VPN'
    case 'ECONNRESET':
    case 'EPIPE':
      return 'the server closed the connection without an answer; read its log'
    case 'ECONNREFUSED':
      return 'check that the server is running at this address; vLLM listens only once it is ready'
    case null:
    case 'ETIMEDOUT':
    case 'ABORT_ERR':
      return 'check that the server is running at this address, and that no firewall drops the connection'
    default:
      if (!tls) return 'check that the server is running at this address'
      if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|UNKNOWN_CA|BAD_CERTIFICATE/.test(tlsReason(error))) {
        return CLIENT_CERTIFICATE
      }
      if (/NO_APPLICATION_PROTOCOL/.test(tlsReason(error))) {
        return 'the server speaks HTTP/2 only, and joulemark HTTP/1.1; connect to vLLM itself, which speaks it'
      }
      return 'the TLS handshake failed; the server must offer TLS 1.2 or newer'
  }
}

const untrusted: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: 'is signed by itself, and not trusted here',
  SELF_SIGNED_CERT_IN_CHAIN: 'is signed by an authority that is not trusted here',
  UNABLE_TO_GET_ISSUER_CERT: 'is signed by an authority that is not known here',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'is signed by an authority that is not known here',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'is signed by an authority that is not known here',
  CERT_UNTRUSTED: 'is signed by an authority that is not trusted here',
}

const isCertificateCode = (code: string): boolean =>
  code in untrusted || /^(CERT_|ERR_TLS_CERT_|INVALID_CA|HOSTNAME_MISMATCH|CRL_|ERROR_IN_CERT_)/.test(code)

/** What is wrong with the certificate of a server. `seen` is that certificate, where it could be read. */
function certificateFault(
  code: string,
  { host }: Address,
  seen: PeerCertificate | null,
  env: NodeJS.ProcessEnv,
): string {
  const its = `its TLS certificate (${code})`
  if (untrusted[code] !== undefined) return `${its} ${untrusted[code]}; ${howToTrust(env)}`
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return `${its} expired${onDate(seen?.valid_to)}; renew it, or correct the clock of this machine`
    case 'CERT_NOT_YET_VALID':
      return `${its} is not valid${onDate(seen?.valid_from, 'before')}; correct the clock of this machine`
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
    case 'HOSTNAME_MISMATCH':
      return `${its} is not for ${plainText(host)} but for ${namesOf(seen)}; use a name in it as the address, or add subjectAltName to it`
    default:
      return `${its} is not valid; renew it`
  }
}

function howToTrust(env: NodeJS.ProcessEnv): string {
  const file = env['NODE_EXTRA_CA_CERTS'] ?? ''
  const set = 'start joulemark with NODE_EXTRA_CA_CERTS=FILE.pem, a file with it or with its authority'
  const known = 'or set NODE_USE_SYSTEM_CA=1 where the system trusts it'
  if (file === '') return `${set}, ${known}`
  const name = plainText(file)
  return isReadable(file)
    ? `NODE_EXTRA_CA_CERTS=${name} holds neither it nor its authority: name a file that does, ${known}`
    : `NODE_EXTRA_CA_CERTS=${name} cannot be read: ${set}`
}

function isReadable(file: string): boolean {
  try {
    accessSync(file, constants.R_OK)
    return true
  } catch {
    return false
  }
}

/** A date of a certificate as ISO 8601; empty where there is none. */
function onDate(text: string | undefined, word = 'on'): string {
  const date = new Date(text ?? '')
  return Number.isNaN(date.getTime()) ? '' : ` ${word} ${date.toISOString().slice(0, 10)}`
}

/** The names in a certificate, which a server may fill with anything. */
function namesOf(seen: PeerCertificate | null): string {
  const common = seen?.subject?.CN
  const names = seen?.subjectaltname ?? (common === undefined ? '' : `CN ${common}`)
  return plainText(names).slice(0, 200) || 'no name'
}

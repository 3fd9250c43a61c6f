import { connect as connectTcp, isIP } from 'node:net'
import { connect as connectTls, type PeerCertificate } from 'node:tls'
import type { Address } from '../address.ts'

/*
 * What answers at a port, for the explanation of a connection that failed. Neither a key nor a request for the model is
 * sent, and nothing that is read here is trusted.
 */

/** A server that does not answer these small questions is not waited for. */
const TIMEOUT_MS = 3000

/** What a port answered to the start of a TLS handshake. */
export interface TlsPeek {
  readonly speaksTls: boolean
  /** Null where the handshake did not get that far. */
  readonly certificate: PeerCertificate | null
}

/** Starts a TLS handshake and reads the certificate, whatever it is. Never rejects. */
export function peekTls({ host, port }: Address): Promise<TlsPeek> {
  return new Promise((resolve) => {
    const settle = (seen: TlsPeek) => {
      resolve(seen)
      socket.destroy()
    }
    const socket = connectTls(
      { host, port, ...serverName(host), rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] },
      () => settle({ speaksTls: true, certificate: socket.getPeerCertificate() }),
    )
    // an alert is an answer in TLS: no common version, or a client certificate required
    socket.on('error', (error: NodeJS.ErrnoException) =>
      settle({ speaksTls: /ALERT|UNSUPPORTED_PROTOCOL/.test(error.code ?? ''), certificate: null }),
    )
    socket.on('close', () => settle({ speaksTls: false, certificate: null }))
    socket.setTimeout(TIMEOUT_MS, () => settle({ speaksTls: false, certificate: null }))
  })
}

/** Whether a port takes a connection at all. Never rejects. */
export function takesConnections({ host, port }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (takes: boolean) => {
      resolve(takes)
      socket.destroy()
    }
    const socket = connectTcp({ host, port }, () => settle(true))
    socket.on('error', () => settle(false))
    socket.setTimeout(TIMEOUT_MS, () => settle(false))
  })
}

/** Whether a port answers in plain HTTP. Never rejects. */
export function speaksHttp({ host, port, authority }: Address): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (speaks: boolean) => {
      resolve(speaks)
      socket.destroy()
    }
    const socket = connectTcp({ host, port }, () => socket.write(`GET /health HTTP/1.0\r\nHost: ${authority}\r\n\r\n`))
    socket.once('data', (bytes) => settle(bytes.toString('latin1').startsWith('HTTP/')))
    socket.on('error', () => settle(false))
    socket.on('close', () => settle(false))
    socket.setTimeout(TIMEOUT_MS, () => settle(false))
  })
}

/**
 * The name to ask for in a TLS handshake (SNI), as an option of `tls.connect`: none for an IP address, which RFC 6066
 * does not allow there; the certificate is still checked against it.
 */
export const serverName = (host: string): { servername?: string } =>
  isIP(host) === 0 ? { servername: host.replace(/\.$/, '') } : {}

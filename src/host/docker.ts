import { connect } from 'node:net'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import { isRecord } from '../plan/lease.ts'

/** A running container, as the engine lists it. */
export interface Container {
  /** 64 hexadecimal digits */
  id: string
  name: string
  /** host paths of its bind mounts */
  sources: readonly string[]
}

/**
 * What docker says of running containers: an answer, `absent` (no engine here, or none that this
 * user may ask: no conclusion), or `silent` (it is there and does not answer in time).
 */
export type ContainerList =
  | { kind: 'answered'; containers: readonly Container[] }
  | { kind: 'absent'; why: string }
  | { kind: 'silent'; why: string }

const WAIT_MS = 2000

/** Engines that did not answer in time, with the reason: this process waits for each of them once. */
const unresponsive = new Map<string, string>()

/** The engine's socket: `DOCKER_HOST` when that is a Unix socket, else the usual path. */
export function socketPath(environment: NodeJS.ProcessEnv): string | null {
  const host = environment['DOCKER_HOST'] ?? ''
  if (host === '') return '/var/run/docker.sock'
  return host.startsWith('unix://') ? host.slice('unix://'.length) : null
}

/**
 * Lists running containers through the engine's API: one request, where the command line would
 * need one process to list and another to inspect.
 */
export async function listContainers(environment: NodeJS.ProcessEnv): Promise<ContainerList> {
  const socket = socketPath(environment)
  if (socket === null) return { kind: 'absent', why: 'DOCKER_HOST is not a Unix socket' }
  const silence = unresponsive.get(socket)
  if (silence !== undefined) return { kind: 'silent', why: silence }
  try {
    const body = await get(socket, '/containers/json')
    const parsed: unknown = JSON.parse(body)
    if (!Array.isArray(parsed)) return { kind: 'silent', why: 'docker’s answer is not a list' }
    return {
      kind: 'answered',
      containers: parsed.map(readContainer).filter((each) => each !== null),
    }
  } catch (error) {
    if (error instanceof LateError) unresponsive.set(socket, error.message)
    const code = errnoOf(error)
    const isAbsent = ['ENOENT', 'ECONNREFUSED', 'EACCES', 'ENOTSOCK', 'EPERM'].includes(code)
    return { kind: isAbsent ? 'absent' : 'silent', why: messageOf(error) }
  }
}

class LateError extends Error {}

function readContainer(value: unknown): Container | null {
  if (!isRecord(value) || typeof value['Id'] !== 'string') return null
  const names: unknown[] = Array.isArray(value['Names']) ? value['Names'] : []
  const mounts: unknown[] = Array.isArray(value['Mounts']) ? value['Mounts'] : []
  const sources = mounts.map((each) => (isRecord(each) ? each['Source'] : null))
  return {
    id: value['Id'],
    name: typeof names[0] === 'string' ? names[0].replace(/^\//, '') : value['Id'].slice(0, 12),
    sources: sources.filter((source) => typeof source === 'string'),
  }
}

/**
 * Asks by HTTP/1.0: one answer, whole, and the connection ends. Loading node:http would take longer
 * than all of the rest of a pass.
 */
async function get(socket: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const connection = connect(socket)
    // For the whole answer: an engine that keeps sending a little must not hold up a job either.
    const late = new LateError(`no answer within ${WAIT_MS} ms`)
    const timer = setTimeout(() => connection.destroy(late), WAIT_MS)
    const parts: Buffer[] = []
    connection.on('data', (part: Buffer) => {
      parts.push(part)
      const body = bodyOf(Buffer.concat(parts))
      if (typeof body !== 'string') return
      resolve(body)
      connection.destroy()
    })
    connection.on('error', reject)
    connection.on('end', () => {
      const body = bodyOf(Buffer.concat(parts), true)
      if (typeof body === 'string') resolve(body)
      else reject(body)
    })
    connection.on('close', () => clearTimeout(timer))
    connection.write(`GET ${path} HTTP/1.0\r\nHost: docker\r\n\r\n`)
  })
}

/**
 * The body of an answer.
 *
 * @param isOver whether no more will come
 * @returns an error where there is none, or not all of it yet
 */
function bodyOf(answer: Buffer, isOver = false): string | Error {
  const end = answer.indexOf('\r\n\r\n')
  const [first = '', ...lines] = answer
    .subarray(0, Math.max(end, 0))
    .toString('latin1')
    .split('\r\n')
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(first) ?? []
  if (end < 0 || status === undefined) return new Error('docker does not answer in HTTP')
  if (status !== '200') return new Error(`docker answered ${status}`)
  const headers = lines.map((line) => line.toLowerCase())
  if (headers.some((line) => line.startsWith('transfer-encoding:'))) {
    return new Error('docker’s answer comes in an encoding that was not asked for')
  }
  const body = answer.subarray(end + 4)
  const [length] = headers.flatMap((line) => /^content-length: *(\d+)$/.exec(line)?.[1] ?? [])
  if (length === undefined) return isOver ? body.toString('utf8') : new Error('it goes on')
  return body.length < Number(length)
    ? new Error('docker’s answer was cut short')
    : body.subarray(0, Number(length)).toString('utf8')
}

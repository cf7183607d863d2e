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

async function get(socket: string, path: string): Promise<string> {
  // Loaded when it is needed: most passes ask nobody, and it is a tenth of a start.
  const { request } = await import('node:http')
  return new Promise((resolve, reject) => {
    // With a connection of its own there is no agent, which would take as long to make as all the rest.
    const connection = { createConnection: () => connect(socket) }
    const asked = request({ ...connection, path, headers: { Host: 'docker' } }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('error', reject)
      answer.on('end', () => {
        const body = Buffer.concat(parts).toString('utf8')
        if (answer.statusCode === 200) resolve(body)
        else reject(new Error(`docker answered ${answer.statusCode ?? 'nothing'}`))
      })
    })
    // For the whole answer: an engine that keeps sending a little must not hold up a job either.
    const late = new LateError(`no answer within ${WAIT_MS} ms`)
    const timer = setTimeout(() => {
      reject(late)
      asked.destroy(late)
    }, WAIT_MS)
    asked.on('error', reject)
    asked.on('close', () => clearTimeout(timer))
    asked.end()
  })
}

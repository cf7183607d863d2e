import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { describe, expect, test } from '@jest/globals'
import { listContainers, socketPath } from '../../src/host/docker.ts'
import type { ContainerList } from '../../src/host/docker.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

/** Asks an engine that treats each connection like this. */
async function ask(serve: (socket: Socket) => void): Promise<ContainerList> {
  return listContainers({ DOCKER_HOST: `unix://${await serveOn(serve)}` })
}

/** An engine that treats each connection like this; returns its socket's path. */
async function serveOn(serve: (socket: Socket) => void): Promise<string> {
  const path = `${scene().directory('docker')}/docker.sock`
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    socket.on('error', () => {})
    serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  scene().defer(async () => {
    for (const socket of open) socket.destroy()
    await new Promise((resolve) => server.close(resolve))
  })
  return path
}

function answer(body: string, status = '200 OK'): (socket: Socket) => void {
  return (socket) =>
    socket.once('data', () =>
      socket.end(`HTTP/1.1 ${status}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`),
    )
}

describe('the engine’s answer', () => {
  test('is read: id, name and sources of bind mounts', async () => {
    const container = {
      Id: 'a'.repeat(64),
      Names: ['/job', '/other'],
      Mounts: [{ Type: 'bind', Source: '/mnt/targets' }, { Type: 'tmpfs' }, null],
    }
    expect(await ask(answer(JSON.stringify([container])))).toEqual({
      kind: 'answered',
      containers: [{ id: 'a'.repeat(64), name: 'job', sources: ['/mnt/targets'] }],
    })
  })

  test('is read in whatever pieces it comes', async () => {
    const found = await ask((socket) =>
      socket.once('data', () => {
        socket.write('HTTP/1.0 200 OK\r\nContent-')
        setTimeout(() => socket.write('Length: 2\r\n\r\n['), 20)
        setTimeout(() => socket.write(']'), 40)
      }),
    )
    expect(found).toEqual({ kind: 'answered', containers: [] })
  })

  test('needs neither names nor mounts', async () => {
    const body = JSON.stringify([{ Id: 'b'.repeat(64) }])
    expect(await ask(answer(body))).toEqual({
      kind: 'answered',
      containers: [{ id: 'b'.repeat(64), name: 'b'.repeat(12), sources: [] }],
    })
  })
})

describe('an engine that is there is silent', () => {
  test.each([
    ['answers 500', answer('[]', '500 Internal Server Error')],
    ['answers 404', answer('{}', '404 Not Found')],
    ['answers no JSON', answer('<html>')],
    ['answers no list', answer('{"message":"x"}')],
    ['speaks no HTTP', (socket: Socket) => void socket.end('hello\n')],
    ['hangs up', (socket: Socket) => void socket.destroy()],
    [
      'hangs up in the middle',
      (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n['),
    ],
  ])('where it %s', async (_, serve) => {
    const found = await ask(serve)
    expect(found).toEqual({ kind: 'silent', why: expect.stringMatching(/./) })
  })

  test('where it does not answer in two seconds, also when it keeps sending a little', async () => {
    const started = performance.now()
    const found = await Promise.all([
      ask(() => {}),
      ask((socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n[')),
      ask((socket) => {
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n[')
        const timer = setInterval(() => socket.write(' '), 200)
        socket.on('close', () => clearInterval(timer))
      }),
    ])
    expect(found.map(({ kind }) => kind)).toEqual(['silent', 'silent', 'silent'])
    expect(performance.now() - started).toBeLessThan(4500)
    expect(performance.now() - started).toBeGreaterThan(1500)
  }, 15_000)
})

test('an engine that did not answer in time is asked once by a process', async () => {
  let asked = 0
  const socket = await serveOn(() => (asked += 1))
  const environment = { DOCKER_HOST: `unix://${socket}` }
  const answers = [await listContainers(environment), await listContainers(environment)]
  expect(answers.map(({ kind }) => kind)).toEqual(['silent', 'silent'])
  expect(asked).toBe(1)
}, 15_000)

describe('no engine', () => {
  test('is absent: no socket, nobody behind it, or no socket at all', async () => {
    const base = scene().directory('docker')
    await scene()
      .must(process.execPath, [
        '-e',
        `require('node:net').createServer().listen(${JSON.stringify(`${base}/dead.sock`)}, () => process.kill(process.pid, 9))`,
      ])
      .catch(() => {})
    for (const host of [`unix://${base}/none.sock`, `unix://${base}/dead.sock`, `unix://${base}`]) {
      const found = await listContainers({ DOCKER_HOST: host })
      expect(found.kind).toBe('absent')
    }
  })

  test('is asked over the network', async () => {
    expect(await listContainers({ DOCKER_HOST: 'tcp://127.0.0.1:1' })).toMatchObject({
      kind: 'absent',
    })
  })

  needs('root', 'second-user').describe('that this user may ask', () => {
    test('is absent', async () => {
      const base = scene().directory('docker')
      const socket = `${base}/docker.sock`
      const script = writeProgram(
        scene(),
        `import { listContainers } from './host/docker.js'
         console.log((await listContainers({ DOCKER_HOST: 'unix://${socket}' })).kind)`,
      )
      const server = createServer()
      await new Promise<void>((resolve) => server.listen(socket, resolve))
      scene().defer(() => void server.close())
      await scene().must('chmod', ['600', socket])
      const { uid, gid } = secondUser() ?? { uid: 0, gid: 0 }
      const { stdout } = await scene().must(process.execPath, [script], { uid, gid })
      expect(stdout).toBe('absent\n')
    })
  })
})

test.each([
  [{}, '/var/run/docker.sock'],
  [{ DOCKER_HOST: '' }, '/var/run/docker.sock'],
  [{ DOCKER_HOST: 'unix:///run/user/1000/docker.sock' }, '/run/user/1000/docker.sock'],
  [{ DOCKER_HOST: 'tcp://10.0.0.1:2375' }, null],
  [{ DOCKER_HOST: 'ssh://host' }, null],
])('with %j the socket is %p', (environment, path) => {
  expect(socketPath(environment)).toBe(path)
})

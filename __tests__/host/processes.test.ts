import { readFileSync, readlinkSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  findWorker,
  isNamespaceGone,
  listProcesses,
  parseStat,
  readProcess,
  stateOf,
} from '../../src/host/processes.ts'
import type { ProcessStat } from '../../src/host/processes.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { hold } from '../helpers/hold.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

function known(pid: number | undefined): ProcessStat {
  const found = readProcess(pid ?? 0)
  if (typeof found === 'string') throw new Error(`process ${pid ?? 0} is ${found}`)
  return found
}

/** Fields 3 to 24 of a stat file, the start time being 4242. */
const FIELDS = 'S 7 8 9 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 4242 1000 2000'

describe('a stat file', () => {
  test.each(['cargo', 'ev il) S 1 2 3', ')', '(', ') (', 'a b', '((()))', '\n) Z 9'])(
    'is read after the last bracket: (%s)',
    (command) => {
      expect(parseStat(5, `5 (${command}) ${FIELDS}\n`)).toEqual({
        pid: 5,
        command,
        state: 'S',
        parent: 7,
        start: 4242,
      })
    },
  )

  test.each([
    '',
    '5',
    '5 (x',
    '5 x) S 1',
    '5 (x)',
    '5 (x) S 7 8 9',
    `5 (x) ${FIELDS.replace('4242', 'x')}`,
  ])('that is damaged tells nothing: %j', (text) => {
    expect(parseStat(5, text)).toBeNull()
  })
})

describe('a recorded process', () => {
  test('is alive while it runs, replaced when another has its pid, and then gone', async () => {
    const { process, release } = await hold(scene(), 'echo ready; read')
    const { pid, start } = known(process.pid)
    expect(stateOf({ pid, start })).toBe('alive')
    expect(stateOf({ pid, start: start - 1 })).toBe('replaced')
    await release()
    expect(stateOf({ pid, start })).toBe('gone')
    expect(readProcess(pid)).toBe('gone')
  })

  test('is found by its start whatever it calls itself', async () => {
    const name = 'ev il) S 1 2 3'
    const { process } = await hold(scene(), 'printf "$1" >/proc/self/comm; echo ready; read', [
      name,
    ])
    const found = known(process.pid)
    expect(found.command).toBe(name)
    expect(found.start).toBeGreaterThan(0)
    expect(stateOf(found)).toBe('alive')
  })

  test('is gone when it is a zombie', async () => {
    const leavesOne = 'fork or exit; $| = 1; print "ready"; sleep'
    const { process } = await hold(scene(), 'exec perl -e "$1"', [leavesOne])
    const zombie = await waitFor(
      () =>
        listProcesses()
          .map((pid) => readProcess(pid))
          .find(
            (each) => typeof each !== 'string' && each.parent === process.pid && each.state === 'Z',
          ),
      { what: 'a zombie' },
    )
    expect(zombie).not.toBe('gone')
    expect(stateOf(zombie as ProcessStat)).toBe('gone')
  })

  needs('root', 'second-user').describe('that hidepid hides', () => {
    test('is hidden, never gone', async () => {
      const { process } = await hold(scene(), 'echo ready; read')
      const { pid, start } = known(process.pid)
      const script = writeProgram(
        scene(),
        `import { stateOf } from './host/processes.js'
         const [pid, start] = process.argv.slice(2).map(Number)
         console.log(stateOf({ pid, start }), stateOf({ pid: 2 ** 22 - 1, start }))`,
      )
      const { uid, gid } = secondUser() ?? { uid: 0, gid: 0 }
      const { stdout } = await scene().must('unshare', [
        '--mount',
        'sh',
        '-c',
        'mount -t proc -o hidepid=2 proc /proc && exec setpriv "$@"',
        'sh',
        `--reuid=${uid}`,
        `--regid=${gid}`,
        '--clear-groups',
        globalThis.process.execPath,
        script,
        String(pid),
        String(start),
      ])
      expect(stdout).toBe('hidden gone\n')
    })
  })
})

describe('the Worker', () => {
  const show = `import { findWorker } from './host/processes.js'
                console.log(JSON.stringify(findWorker()))`

  test('is the nearest process of that name, past everything between', async () => {
    const script = writeProgram(scene(), show)
    const { stdout } = await scene().must('bash', [
      '-c',
      'printf Runner.Worker >/proc/self/comm; echo $$; bash -c \'env timeout 20 "$@"; true\' x "$@"; true',
      'bash',
      process.execPath,
      script,
    ])
    const [pid, found] = stdout.trim().split('\n')
    expect(JSON.parse(found ?? '')).toMatchObject({
      isGithubs: true,
      worker: { pid: Number(pid) },
    })
  })

  test('is with other runners what started the command, past shells', async () => {
    const script = writeProgram(scene(), show)
    const { stdout } = await scene().must('bash', [
      '-c',
      'printf act >/proc/self/comm; echo $$; bash -c \'"$@"; true\' x "$@"; true',
      'bash',
      process.execPath,
      script,
    ])
    const [pid, found] = stdout.trim().split('\n')
    expect(JSON.parse(found ?? '')).toMatchObject({
      isGithubs: false,
      worker: { pid: Number(pid) },
    })
  })

  test('is nobody where there is nothing above', () => {
    expect(findWorker(1)).toEqual({ worker: null, isGithubs: false })
    expect(findWorker(0)).toEqual({ worker: null, isGithubs: false })
  })
})

needs('root', 'pid-namespace').describe('a pid namespace', () => {
  // Only from the namespace of the host itself are all processes to be seen.
  const inHost = readlinkSync('/proc/self/ns/pid') === 'pid:[4026531836]'

  test('has ended when its last process is gone, as far as that can be seen', async () => {
    const command = 'echo "$$ ready"; read'
    const { process, release } = await hold(scene(), 'exec unshare --pid --fork bash -c "$1"', [
      command,
    ])
    const inside = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim()
    const namespace = readlinkSync(`/proc/${inside}/ns/pid`)
    expect(isNamespaceGone(namespace)).toBe(false)
    globalThis.process.kill(Number(inside), 'SIGKILL')
    await release()
    await waitFor(() => readProcess(Number(inside)) === 'gone', { what: 'its end' })
    // Its number may be another's by now, until that one ends.
    await waitFor(() => isNamespaceGone(namespace) === inHost, { what: 'that to be seen' })
  })

  test('is never called ended from inside another, nor by an ordinary user', async () => {
    const script = writeProgram(
      scene(),
      `import { isNamespaceGone } from './host/processes.js'
       console.log(isNamespaceGone('pid:[1]'))`,
    )
    const words = ['--pid', '--fork', '--mount-proc', process.execPath, script]
    expect((await scene().must('unshare', words)).stdout).toBe('false\n')
    const { uid, gid } = secondUser() ?? { uid: 65_534, gid: 65_534 }
    const asUser = await scene().must(process.execPath, [script], { uid, gid })
    expect(asUser.stdout).toBe('false\n')
  })
})

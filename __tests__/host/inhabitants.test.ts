import { once } from 'node:events'
import { copyFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { scanProcesses } from '../../src/host/inhabitants.ts'
import { readProcess, stateOf } from '../../src/host/processes.ts'
import type { Root } from '../../src/host/root.ts'
import { measureTree } from '../../src/host/sizes.ts'
import { makeSlot } from '../../src/host/slots.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { hold } from '../helpers/hold.ts'
import { aLease, anId } from '../helpers/lease.ts'
import { writeProgram } from '../helpers/program.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const { slot } = aLease()
const other = aLease({ id: anId(2) }).slot
const runDirectory = slot.slice(0, slot.lastIndexOf('/'))

/** A root with two slots of one run dir. */
function rootWithSlots(): Root {
  const root = aRoot(scene())
  for (const each of [slot, other]) makeSlot(root, each, () => {})
  return root
}

/** Who lives in the slot; nobody may live in the other one. */
function inhabitants(root: Root): string[] {
  const { bySlot, failure } = scanProcesses(root.realPath, [slot, other])
  expect(failure).toBeNull()
  expect(bySlot.get(other)).toEqual([])
  return (bySlot.get(slot) ?? []).map(({ what }) => what)
}

/** A program whose process goes on when its first thread has ended. */
const FIRST_THREAD_ENDS = `#include <pthread.h>
#include <unistd.h>
static void *work(void *nothing) { pause(); return nothing; }
int main(void) {
  pthread_t thread;
  if (pthread_create(&thread, 0, work, 0) != 0) return 1;
  pthread_exit(0);
}
`

/** Starts a holder that knows the slot by its environment only, so that no argument names it. */
async function enter(
  command: string,
  place: string,
  more: Parameters<typeof hold>[3] = {},
): Promise<number> {
  const options = { cwd: '/', ...more, env: { PLACE: place, ...more.env } }
  const { process } = await hold(scene(), `${command}; echo ready; read`, [], options)
  return process.pid ?? 0
}

/** Starts a holder that has mounted `source` at `target` for itself alone. */
async function enterWithMount(source: string, command: string): Promise<string> {
  const target = scene().directory('mounted')
  const inside = `mount --bind "$SOURCE" "$TARGET" && ${command}; echo ready; read`
  await hold(scene(), `exec unshare --mount bash -c '${inside}'`, [], {
    cwd: '/',
    env: { SOURCE: source, TARGET: target },
  })
  return target
}

describe('a process lives in a slot', () => {
  test.each([
    ['that it works in', 'cd "$PLACE"', 'works in'],
    ['that it works below', 'mkdir -p "$PLACE/debug/deps"; cd "$PLACE/debug/deps"', 'works in'],
    ['where it has a file open', 'exec 9>"$PLACE/file"', 'has open'],
    ['where it has a deleted file open', 'exec 9>"$PLACE/file"; rm "$PLACE/file"', 'has open'],
    [
      'where its directory was deleted',
      'mkdir "$PLACE/d"; cd "$PLACE/d"; rmdir "$PLACE/d"',
      'works in',
    ],
    ['where it has the directory itself open', 'exec 9<"$PLACE"', 'has open'],
  ])('%s', async (_, command, how) => {
    const root = rootWithSlots()
    const pid = await enter(command, `${root.path}/${slot}`)
    const place = `${how} ${root.path}/${slot}`
    expect(inhabitants(root)).toEqual([
      expect.stringMatching(new RegExp(`^pid ${pid} \\(bash\\) ${place}[^ ]*$`)),
    ])
  })

  test('whose program lies in it', async () => {
    const root = rootWithSlots()
    const program = `${root.path}/${slot}/program`
    copyFileSync('/bin/bash', program)
    chmodSync(program, 0o755)
    const command = `exec -a hidden "$PLACE/program" -c 'echo ready; read'`
    const pid = await enter(command, `${root.path}/${slot}`)
    expect(inhabitants(root)).toEqual([`pid ${pid} (program) runs ${program}`])
  })

  test.each(['--out-dir=', '', '-L'])('that its arguments name after “%s”', async (before) => {
    const root = rootWithSlots()
    const word = `${before}${root.path}/${slot}/debug`
    const { process } = await hold(scene(), 'echo ready; read', [word], { cwd: '/' })
    expect(inhabitants(root)).toEqual([
      `pid ${process.pid ?? 0} (bash) is called with ${root.path}/${slot}/debug`,
    ])
  })

  needs('cargo').test('when its first thread has ended, and another works on', async () => {
    const root = rootWithSlots()
    const folder = scene().directory('threads')
    writeFileSync(`${folder}/threads.c`, FIRST_THREAD_ENDS)
    await scene().must('cc', ['-pthread', '-o', `${folder}/threads`, `${folder}/threads.c`])
    const options = { cwd: `${root.path}/${slot}`, stdio: 'ignore' } as const
    const threads = scene().start(`${folder}/threads`, [], options)
    const pid = threads.pid ?? 0
    try {
      await waitFor(() => /State:\tZ/.test(readFileSync(`/proc/${pid}/status`, 'utf8')))
      expect(inhabitants(root)).toEqual([`pid ${pid} (threads) works in ${root.path}/${slot}`])
      const found = readProcess(pid)
      expect(typeof found === 'object' && stateOf(found)).toBe('alive')
    } finally {
      // No scene finds it: it shows no environment any more.
      threads.kill('SIGKILL')
      await once(threads, 'exit')
    }
    expect(inhabitants(root)).toEqual([])
  })

  test('that its arguments name, at whatever moment of an exec(2) it is looked at', () => {
    const root = rootWithSlots()
    const again = 'exec $^X, "-e", $ARGV[0], @ARGV'
    const { pid } = scene().start('perl', ['-e', again, again, `${root.path}/${slot}`], {
      cwd: '/',
      stdio: 'ignore',
    })
    const missed = Array.from({ length: 80 }, () => inhabitants(root)).filter(
      (found) => found.length === 0,
    )
    expect(pid).toBeGreaterThan(0)
    expect(missed).toEqual([])
  })

  test('no longer when it has ended', async () => {
    const root = rootWithSlots()
    const { release } = await hold(scene(), 'echo ready; read', [], { cwd: `${root.path}/${slot}` })
    expect(inhabitants(root)).toHaveLength(1)
    await release()
    expect(inhabitants(root)).toEqual([])
  })
})

describe('a process does not live in a slot', () => {
  test.each([
    ['that it works above', `cd "$PLACE/${runDirectory}"`],
    ['when it works in the root', 'cd "$PLACE"'],
    ['whose name only begins alike', `mkdir "$PLACE/${slot}x"; cd "$PLACE/${slot}x"`],
    ['that it only knows by its environment', 'true'],
  ])('%s', async (_, command) => {
    const root = rootWithSlots()
    await enter(command, root.path)
    expect(inhabitants(root)).toEqual([])
  })
})

/** A process of that name in the slot, so marked. */
async function enterAs(name: string, root: Root, mark: string): Promise<number> {
  const program = `${scene().directory('programs')}/${name}`
  copyFileSync('/bin/bash', program)
  chmodSync(program, 0o755)
  const inside = `cd "$PLACE"; echo ready; read`
  return enter(`exec "${program}" -c '${inside}'`, `${root.path}/${slot}`, {
    env: { TARGET_GUARD_MEASURING: mark },
  })
}

describe('what measures for a reaper or a keeper', () => {
  test('does not live in the slot that it walks', async () => {
    const root = rootWithSlots()
    await enterAs('du', root, '1')
    expect(inhabitants(root)).toEqual([])
  })

  test.each([
    ['du', ''],
    ['du', '11'],
    ['cargo', '1'],
  ])('is no %s that is marked with “%s”', async (name, mark) => {
    const root = rootWithSlots()
    const pid = await enterAs(name, root, mark)
    expect(inhabitants(root)).toEqual([expect.stringContaining(`pid ${pid} (${name}) works in`)])
  })

  test('is what measureTree starts', async () => {
    const root = rootWithSlots()
    const folder = scene().directory('programs')
    const seen = `${folder}/seen`
    const script = `#!/bin/sh\ntr '\\0' '\\n' </proc/$$/environ | grep MEASURING >"${seen}"; echo 1\n`
    writeFileSync(`${folder}/du`, script, { mode: 0o755 })
    const before = process.env['PATH']
    process.env['PATH'] = `${folder}:${before ?? ''}`
    try {
      await measureTree(`${root.path}/${slot}`, 10_000)
    } finally {
      process.env['PATH'] = before
    }
    expect(readFileSync(seen, 'utf8')).toBe('TARGET_GUARD_MEASURING=1\n')
  })
})

test('the program that tries Cargo’s locks for this process does not live in the slot', async () => {
  const root = rootWithSlots()
  const place = `${root.path}/${slot}`
  writeFileSync(`${place}/.cargo-lock`, '')
  const folder = scene().directory('programs')
  const perl = 'readlink /proc/self/fd/3 >seen.new; mv seen.new seen; read line <end; echo free'
  writeFileSync(`${folder}/perl`, `#!/bin/sh\ncd "${folder}"\n${perl}\n`, { mode: 0o755 })
  await scene().must('mkfifo', [`${folder}/end`])
  const script = writeProgram(
    scene(),
    `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
     import { setTimeout as sleep } from 'node:timers/promises'
     import { probeCargoLocks } from './host/cargo-locks.js'
     import { scanProcesses } from './host/inhabitants.js'
     const [folder, root, slot] = process.argv.slice(2)
     const tried = probeCargoLocks([root + '/' + slot])
     while (!existsSync(folder + '/seen')) await sleep(10)
     const { bySlot } = scanProcesses(root, [slot])
     writeFileSync(folder + '/end', '\\n')
     const opened = readFileSync(folder + '/seen', 'utf8').trim()
     console.log(JSON.stringify([opened, bySlot.get(slot), [...(await tried).values()]]))`,
  )
  const words = [script, folder, root.realPath, slot]
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` }
  const { stdout } = await scene().must(process.execPath, words, { env, cwd: '/' })
  expect(JSON.parse(stdout)).toEqual([`${place}/.cargo-lock`, [], [{ held: [], unknown: [] }]])
})

needs('root').describe('in a mount namespace of its own', () => {
  test('a process that works in the mounted slot is found by its other path', async () => {
    const root = rootWithSlots()
    mkdirSync(`${root.path}/${slot}/debug`)
    const target = await enterWithMount(`${root.path}/${slot}`, 'cd "$TARGET/debug"')
    expect(inhabitants(root)).toEqual([expect.stringContaining(`works in ${target}/debug`)])
  })

  test('a process that works in a part of the slot is found', async () => {
    const root = rootWithSlots()
    mkdirSync(`${root.path}/${slot}/debug`)
    const target = await enterWithMount(`${root.path}/${slot}/debug`, 'cd "$TARGET"')
    expect(inhabitants(root)).toEqual([expect.stringContaining(`works in ${target}`)])
  })

  test('a process that only has the slot mounted is found', async () => {
    const root = rootWithSlots()
    await enterWithMount(`${root.path}/${slot}`, 'true')
    expect(inhabitants(root)).toEqual([
      expect.stringContaining('runs in a container that mounts it'),
    ])
  })

  test('one that only has the run dir mounted lives in all its slots', async () => {
    const root = rootWithSlots()
    await enterWithMount(`${root.path}/${runDirectory}`, 'true')
    const { bySlot } = scanProcesses(root.realPath, [slot, other])
    for (const each of [slot, other]) {
      expect(bySlot.get(each)).toEqual([
        { kind: 'process', what: expect.stringContaining('runs in a container that mounts it') },
      ])
    }
  })

  test('the root alone, or a PR’s directory, proves nothing', async () => {
    const root = rootWithSlots()
    await enterWithMount(root.path, 'true')
    await enterWithMount(`${root.path}/octo-org/demo/7`, 'true')
    expect(inhabitants(root)).toEqual([])
  })

  test('the same path on another file system is not the slot', async () => {
    const root = rootWithSlots()
    const target = scene().directory('tmpfs')
    const inside = 'mount -t tmpfs none "$TARGET" && mkdir -p "$PLACE" && cd "$PLACE"'
    await hold(scene(), `exec unshare --mount bash -c '${inside}; echo ready; read'`, [], {
      cwd: '/',
      env: { TARGET: target, PLACE: `${target}${root.realPath}/${slot}` },
    })
    expect(inhabitants(root)).toEqual([])
  })

  test('a process that works in the slot through the mounted root is found', async () => {
    const root = rootWithSlots()
    const target = await enterWithMount(root.path, `cd "$TARGET/${slot}"`)
    expect(inhabitants(root)).toEqual([expect.stringContaining(`works in ${target}/${slot}`)])
  })
})

needs('root', 'second-user').describe('of other users', () => {
  const user = secondUser() ?? { uid: 65_534, gid: 65_534 }

  test('processes are seen by root', async () => {
    const root = rootWithSlots()
    const pid = await enter('true', '', { ...user, cwd: `${root.path}/${slot}` })
    expect(inhabitants(root)).toEqual([expect.stringContaining(`pid ${pid} (bash) works in`)])
  })

  test('processes are passed over by an ordinary user, without a failure', async () => {
    const root = rootWithSlots()
    await enter('cd "$PLACE"', `${root.path}/${slot}`)
    const mine = await enter('cd "$PLACE"', `${root.path}/${other}`, user)
    const script = writeProgram(
      scene(),
      `import { scanProcesses } from './host/inhabitants.js'
       const { bySlot, failure } = scanProcesses(process.argv[2], process.argv.slice(3))
       console.log(JSON.stringify([failure, ...[...bySlot.values()].map((each) => each.map(({ what }) => what))]))`,
    )
    const words = [script, root.realPath, slot, other]
    // Its own arguments would name both slots otherwise: it is passed over itself.
    const { stdout } = await scene().must(process.execPath, words, { ...user, cwd: '/' })
    const [failure, of, ofMine] = JSON.parse(stdout) as [string | null, string[], string[]]
    expect(failure).toBeNull()
    expect(of).toEqual([])
    expect(ofMine).toEqual([expect.stringContaining(`pid ${mine} (bash) works in`)])
  })
})

test('files that a process has open elsewhere do not count', async () => {
  const root = rootWithSlots()
  const file = `${scene().directory('elsewhere')}/${slot.replaceAll('/', '_')}`
  writeFileSync(file, '')
  await enter('exec 9<"$PLACE"', file)
  expect(inhabitants(root)).toEqual([])
})

import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { deleteEntry } from '../../src/host/deletion.ts'
import type { Deletion } from '../../src/host/deletion.ts'
import type { Root } from '../../src/host/root.ts'
import { reap } from '../../src/steps/reap.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { stubProgram } from '../e2e/stub-program.ts'
import { controlName, openRoot } from '../../src/host/root.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { makeDeepTree } from '../helpers/deep-tree.ts'
import { hold } from '../helpers/hold.ts'
import { anId } from '../helpers/lease.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { PRECIOUS, aRoot } from '../helpers/root.ts'

const scene = useScene()
const id = anId()

/** A new entry of the trash. */
function anEntry(root: Root, entry = id): string {
  const path = controlName(root, 'trash', entry)
  mkdirSync(`${path}/debug/deps`, { recursive: true })
  writeFileSync(`${path}/debug/deps/lib.rlib`, 'object code')
  return path
}

function readIfThere(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : ''
}

/** A directory outside the root that must stay as it is, with a file in it. */
function aCanary(): string {
  const directory = scene().directory('canary')
  writeFileSync(`${directory}/file`, 'precious')
  chmodSync(`${directory}/file`, 0o640)
  return directory
}

/** What of a canary may not change. */
function factsOf(canary: string): unknown {
  return ['', '/file'].map((name) => {
    const { mode, uid, gid } = lstatSync(`${canary}${name}`)
    return [
      mode,
      uid,
      gid,
      name === '' ? readdirSync(canary) : readFileSync(`${canary}/file`, 'utf8'),
    ]
  })
}

describe('an entry of the trash is deleted', () => {
  test('whole', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
    expect(existsSync(path)).toBe(false)
  })

  test('also when somebody else has deleted it', async () => {
    expect(await deleteEntry(aRoot(scene()), id, [])).toEqual({ kind: 'deleted' })
  })

  test.each(['a link', 'a dangling link', 'a file', 'a FIFO'])('though it is %s', async (what) => {
    const root = aRoot(scene())
    const canary = aCanary()
    const before = factsOf(canary)
    const path = controlName(root, 'trash', id)
    if (what === 'a link') symlinkSync(canary, path)
    else if (what === 'a dangling link') symlinkSync('/nowhere', path)
    else if (what === 'a file') writeFileSync(path, '')
    else spawnSync('mkfifo', [path])
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
    expect(factsOf(canary)).toEqual(before)
  })

  test('with links, hard links and FIFOs in it, and what they lead to stays as it is', async () => {
    const root = aRoot(scene())
    const canary = aCanary()
    const before = factsOf(canary)
    const path = anEntry(root)
    symlinkSync(canary, `${path}/debug/linked`)
    symlinkSync(`${canary}/file`, `${path}/debug/linked-file`)
    linkSync(`${canary}/file`, `${path}/debug/hard`)
    spawnSync('mkfifo', [`${path}/debug/fifo`])
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
    expect(factsOf(canary)).toEqual(before)
  })

  test('though it is deeper than any path may be long', async () => {
    const root = aRoot(scene())
    await makeDeepTree(scene(), anEntry(root))
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
  })

  test('whatever the names in it are', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    const names = ['new\nline', '-rf', '$(id)', "it's", '*', ' ', '\\', '\u0007', '…']
    for (const name of names) mkdirSync(`${path}/${name}`)
    const invalid = Buffer.concat([Buffer.from(`${path}/`), Buffer.from([0xff, 0xfe, 0x80])])
    mkdirSync(invalid)
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
  })

  test('in a root whose own path is as odd', async () => {
    const root = openRoot(`${scene().directory()}/it's “a” $(id)\\ root`, PRECIOUS)
    anEntry(root)
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
  })
})

describe('in parts, for a job that waits for the space', () => {
  const HASTE = { waitSeconds: 0, inParts: true }

  test('profiles go with and without a triple, and what is beside them', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    for (const profile of ['debug', 'x86_64-unknown-linux-gnu/release']) {
      for (const each of ['deps', 'build/a/out', '.fingerprint/-rf', 'new\nline']) {
        mkdirSync(`${path}/${profile}/${each}`, { recursive: true })
        writeFileSync(`${path}/${profile}/${each}/file`, '')
      }
    }
    writeFileSync(`${path}/CACHEDIR.TAG`, '')
    expect(await deleteEntry(root, id, [], HASTE)).toEqual({ kind: 'deleted' })
    expect(existsSync(path)).toBe(false)
  })

  test.each(['debug', 'debug/deps', 'triple', 'triple/release'])(
    'no link in the place of %s is followed',
    async (place) => {
      const root = aRoot(scene())
      const canary = aCanary()
      for (const each of ['deps', 'release/deps'])
        mkdirSync(`${canary}/${each}`, { recursive: true })
      const before = [factsOf(canary), readdirSync(canary), readdirSync(`${canary}/release`)]
      const path = controlName(root, 'trash', id)
      mkdirSync(dirname(`${path}/${place}`), { recursive: true })
      symlinkSync(canary, `${path}/${place}`)
      expect(await deleteEntry(root, id, [], HASTE)).toEqual({ kind: 'deleted' })
      expect([factsOf(canary), readdirSync(canary), readdirSync(`${canary}/release`)]).toEqual(
        before,
      )
    },
  )

  test('what another reaper has is left to that one', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    const { release } = await hold(scene(), 'exec 9<"$1" && flock -x 9 && echo ready && read', [
      path,
    ])
    const found = await deleteEntry(root, id, [], HASTE)
    expect(found).toEqual({ kind: 'busy', why: expect.stringContaining('another reaper') })
    expect(existsSync(`${path}/debug/deps/lib.rlib`)).toBe(true)
    await release()
    expect(await deleteEntry(root, id, [], HASTE)).toEqual({ kind: 'deleted' })
  })

  test('who clones from it is waited for, also by a flock that cannot: busybox’s', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    const asked = `${scene().directory('asked')}/times`
    const { PATH } = process.env
    process.env['PATH'] = await stubProgram(
      scene(),
      'flock',
      `echo >>${asked}
       case "$*" in *-w*) echo "flock: invalid option -- 'w'" >&2; exit 1 ;; esac
       exec "$REAL" "$@"`,
    )
    try {
      const { release } = await hold(scene(), 'exec 9<"$1" && "$2" -s 9 && echo ready && read', [
        path,
        '/usr/bin/flock',
      ])
      const deletion = deleteEntry(root, id, [], { waitSeconds: 60, inParts: true })
      await waitFor(() => readIfThere(asked).length >= 3)
      expect(existsSync(`${path}/debug/deps/lib.rlib`)).toBe(true)
      await release()
      expect(await deletion).toEqual({ kind: 'deleted' })
    } finally {
      process.env['PATH'] = PATH
    }
  })
})

needs('root', 'second-user').describe('as an ordinary user', () => {
  const user = secondUser() ?? { uid: 65_534, gid: 65_534 }

  /** Deletes an entry as that user, in a root of theirs that `fill` has put an entry into. */
  async function deleteAsUser(fill: (entry: string) => void, words = ''): Promise<Deletion> {
    const base = scene().directory('user')
    chownSync(base, user.uid, user.gid)
    const prepare = writeProgram(scene(), OPEN_ROOT)
    await scene().must(process.execPath, [prepare, `${base}/root`], user)
    const entry = `${base}/root/.target-guard/trash/${id}`
    mkdirSync(entry)
    chownSync(entry, user.uid, user.gid)
    fill(entry)
    const script = writeProgram(
      scene(),
      `${OPEN_ROOT}
       import { readdirSync, readlinkSync } from 'node:fs'
       import { deleteEntry } from './host/deletion.js'
       const target = (file) => { try { return readlinkSync('/proc/self/fd/' + file) } catch { return '' } }
       const isIn = (file) => target(file).includes('/trash/${id}')
       console.log(JSON.stringify(await deleteEntry(root, '${id}', []${words})))
       const left = readdirSync('/proc/self/fd').filter(isIn)
       if (left.length > 0) throw new Error('left open: ' + left.map(target))`,
    )
    const { stdout } = await scene().must(process.execPath, [script, `${base}/root`], user)
    const found = JSON.parse(stdout) as Deletion
    expect(existsSync(entry)).toBe(found.kind !== 'deleted')
    return found
  }

  /** Makes directories of that user's with these modes, a file in each. */
  function makeFolders(entry: string, modes: Record<string, number>): void {
    for (const name of Object.keys(modes)) {
      mkdirSync(`${entry}/${name}`)
      chownSync(`${entry}/${name}`, user.uid, user.gid)
      writeFileSync(`${entry}/${name}/file`, '')
    }
    for (const [name, mode] of Object.entries(modes)) chmodSync(`${entry}/${name}`, mode)
  }

  test('directories that are read-only, unreadable or closed go', async () => {
    const modes = { readOnly: 0o555, writeOnly: 0o300, closed: 0, sticky: 0o1555 }
    expect(await deleteAsUser((entry) => makeFolders(entry, modes))).toEqual({ kind: 'deleted' })
  })

  test.each([[['.']], [['debug', 'triple', 'other/debug']]])(
    'in parts, too, though %j can be listed and not searched',
    async (places) => {
      const found = await deleteAsUser((entry) => {
        for (const each of ['debug/deps', 'triple/debug/deps', 'other/debug/deps', 'last/deps'])
          mkdirSync(`${entry}/${each}`, { recursive: true })
        spawnSync('chown', ['-R', `${user.uid}:${user.gid}`, entry])
        for (const place of places) chmodSync(`${entry}/${place}`, 0o644)
      }, ', { waitSeconds: 0, inParts: true }')
      expect(found).toEqual({ kind: 'deleted' })
    },
  )

  test('an entry that is closed itself goes', async () => {
    const found = await deleteAsUser((entry) => {
      makeFolders(entry, { readOnly: 0o555 })
      chmodSync(entry, 0)
    })
    expect(found).toEqual({ kind: 'deleted' })
  })

  test('no mode is changed of what a link leads to, nor of a file with another name', async () => {
    const canary = aCanary()
    for (const name of ['', '/file']) chownSync(`${canary}${name}`, user.uid, user.gid)
    chmodSync(`${canary}/file`, 0o400)
    chmodSync(canary, 0o555)
    const before = factsOf(canary)
    const found = await deleteAsUser((entry) => {
      makeFolders(entry, { readOnly: 0o755 })
      symlinkSync(canary, `${entry}/linked`)
      symlinkSync(canary, `${entry}/readOnly/linked`)
      linkSync(`${canary}/file`, `${entry}/readOnly/hard`)
      chmodSync(`${entry}/readOnly`, 0o555)
    })
    expect(found).toEqual({ kind: 'deleted' })
    expect(factsOf(canary)).toEqual(before)
  })

  test('what root has left is stuck, with the command that would delete it', async () => {
    const found = await deleteAsUser((entry) => {
      mkdirSync(`${entry}/of-root`)
      writeFileSync(`${entry}/of-root/file`, '')
    })
    expect(found).toEqual({
      kind: 'stuck',
      why: expect.stringMatching(/Permission denied; no helper is set/),
      command: expect.stringMatching(/^sudo rm -rf --one-file-system '.*'$/),
    })
  })
})

needs('root').describe('what is mounted in an entry', () => {
  test.each(['bind', 'tmpfs'])('keeps all of it from being deleted: %s', async (kind) => {
    const root = aRoot(scene())
    const path = anEntry(root)
    const canary = aCanary()
    const point = `${path}/debug/mo unted`
    mkdirSync(point)
    const words = kind === 'bind' ? ['--bind', canary, point] : ['-t', 'tmpfs', 'none', point]
    await scene().must('mount', words)
    writeFileSync(`${point}/file`, 'precious')
    const found = await deleteEntry(root, id, [])
    expect(found).toEqual({
      kind: 'stuck',
      why: `something is mounted in it: ${point}`,
      command: `umount '${point}'`,
    })
    expect(readFileSync(`${point}/file`, 'utf8')).toBe('precious')
    expect(existsSync(`${path}/debug/deps/lib.rlib`)).toBe(true)
    await scene().must('sh', ['-c', found.kind === 'stuck' ? found.command : 'false'])
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
    expect(readFileSync(`${canary}/file`, 'utf8')).toBe('precious')
  })

  test('an immutable file is stuck, with a command to begin with', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    const file = `${path}/debug/deps/lib.rlib`
    // Not every file system knows the flag.
    const { exitCode, stderr } = await scene().run('chattr', ['+i', file])
    if (exitCode !== 0 && process.env['TARGET_GUARD_REQUIRE_ALL'] === '1') throw new Error(stderr)
    if (exitCode !== 0) return
    scene().defer(() => void spawnSync('chattr', ['-i', file]))
    const found = await deleteEntry(root, id, [])
    expect(found).toMatchObject({
      kind: 'stuck',
      why: expect.stringContaining('Operation not permitted'),
      command: expect.stringContaining(path),
    })
    await scene().must('chattr', ['-i', file])
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
  })
})

/** What rm says of an entry that changes while it is removed. */
function says(what: string): string {
  return `echo "rm: cannot remove '$last': ${what}" >&2; exit 1`
}

describe('while somebody works against it', () => {
  test('a directory that is swapped for a link leads nowhere', async () => {
    const root = aRoot(scene())
    const canary = aCanary()
    const names = Array.from({ length: 100 }, (_, n) => `file-${n}`)
    for (const name of names) writeFileSync(`${canary}/${name}`, '')
    const before = factsOf(canary)
    const script = writeProgram(
      scene(),
      `import { renameSync, symlinkSync, unlinkSync } from 'node:fs'
       const [trash, id, canary] = process.argv.slice(2)
       const path = trash + '/' + id + '/debug/deps'
       const attempt = (work) => { try { work() } catch {} }
       console.log('ready')
       for (;;) {
         attempt(() => renameSync(path, path + '.moved'))
         attempt(() => symlinkSync(canary, path))
         attempt(() => unlinkSync(path))
         attempt(() => renameSync(path + '.moved', path))
       }`,
    )
    await hold(scene(), 'exec "$@"', [
      process.execPath,
      script,
      controlName(root, 'trash'),
      id,
      canary,
    ])
    const entry = controlName(root, 'trash', id)
    for (let round = 0; round < 15; round += 1) {
      // Made elsewhere: the attacker waits for the entry, and would lead these writes astray.
      const made = `${root.path}/made`
      mkdirSync(`${made}/debug/deps`, { recursive: true })
      for (const name of names) writeFileSync(`${made}/debug/deps/${name}`, '')
      // Swapped at the right moment, a tree may outlast one try.
      while (existsSync(entry)) await deleteEntry(root, id, [])
      renameSync(made, entry)
      await deleteEntry(root, id, [])
      expect(factsOf(canary)).toEqual(before)
    }
  }, 60_000)

  test('a process that keeps writing is only busy, and what it wrote goes when it ends', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    const script = writeProgram(
      scene(),
      `import { mkdirSync, writeFileSync } from 'node:fs'
       console.log('ready')
       for (let n = 0; ; n += 1) {
         try { writeFileSync(process.argv[2] + '/debug/' + n, '') }
         catch { try { mkdirSync(process.argv[2] + '/debug', { recursive: true }) } catch {} }
       }`,
    )
    const writers = [1, 2].map(async () =>
      hold(scene(), 'exec "$@"', [process.execPath, script, path]),
    )
    const held = await Promise.all(writers)
    for (let round = 0; round < 3; round += 1) {
      const found = await deleteEntry(root, id, [])
      expect(found).not.toMatchObject({ kind: 'stuck' })
    }
    for (const { release } of held) await release()
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
  }, 60_000)

  test('an entry that comes and goes is deleted when it stays', async () => {
    const root = aRoot(scene())
    // It is not there at the first look, which is over when this returns, and is at the second.
    const pending = deleteEntry(root, id, [])
    anEntry(root)
    expect(await pending).toEqual({ kind: 'deleted' })
  })

  test.each([
    ['is there again each time', '"$REAL" "$@"; mkdir "$last"'],
    ['becomes a directory', says('Is a directory')],
    ['becomes a file', says('Not a directory')],
    ['is written into', says('Directory not empty')],
  ])('an entry that %s is busy, not stuck', async (_, script) => {
    const root = aRoot(scene())
    anEntry(root)
    const before = process.env['PATH']
    process.env['PATH'] = await stubProgram(scene(), 'rm', `for last; do :; done; ${script}`)
    try {
      const why = 'something keeps writing into it while it is being deleted'
      expect(await deleteEntry(root, id, [])).toEqual({ kind: 'busy', why })
    } finally {
      process.env['PATH'] = before
    }
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
  })

  test('an entry that another reaper is at is left to it', async () => {
    const root = aRoot(scene())
    const path = anEntry(root)
    const { release } = await hold(scene(), 'exec 9<"$1" && flock -x 9 && echo ready && read', [
      path,
    ])
    expect(await deleteEntry(root, id, [])).toEqual({
      kind: 'busy',
      why: 'another reaper is deleting it',
    })
    expect(existsSync(`${path}/debug/deps/lib.rlib`)).toBe(true)
    await release()
    expect(await deleteEntry(root, id, [])).toEqual({ kind: 'deleted' })
  })

  test('two reapers on the same trash leave nothing, and nothing in quarantine', async () => {
    const root = aRoot(scene())
    for (let n = 0; n < 60; n += 1) anEntry(root, anId(n))
    const script = writeProgram(
      scene(),
      `${OPEN_ROOT}
       import { reap } from './steps/reap.js'
       console.log(JSON.stringify(await reap(root, [])))`,
    )
    const run = async () => scene().must(process.execPath, [script, root.path])
    const said = await Promise.all([run(), run()])
    const reaped = said.map(({ stdout }) => JSON.parse(stdout) as Awaited<ReturnType<typeof reap>>)
    expect(reaped.flatMap(({ quarantined }) => quarantined)).toEqual([])
    await waitFor(async () => (await reap(root, [])).busy.length === 0)
    expect(readdirSync(controlName(root, 'trash'))).toEqual([])
  }, 60_000)
})

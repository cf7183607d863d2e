import { createHash } from 'node:crypto'
import { existsSync, lstatSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { hold } from '../helpers/hold.ts'
import { openRoot } from '../../src/host/root.ts'
import { PRECIOUS } from '../helpers/root.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { hostOf, ordinaryUser, quarantineOf } from './ordinary-user.ts'
import type { User } from './runner/installation.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

/** What every tree holds, so that its end is worth something. */
const ORDINARY = 'mkdir -p debug/deps && echo x > debug/deps/x'

/** What a job may leave in its slot, made by bash there; `$CANARY` is a folder outside the root. */
const TREES = [
  [
    'symbolic links to files, folders, themselves and nowhere',
    'ln -s "$CANARY" folder; ln -s "$CANARY/file" file; ln -s loop loop; ln -s /nowhere nowhere; ln -s ../../../../../../.. up',
  ],
  [
    'a link in the place of a profile, where Cargo’s lock would be',
    'rm -r debug; ln -s "$CANARY" debug',
  ],
  ['hard links', 'ln "$CANARY/mine" debug/deps/linked'],
  ['FIFOs and sockets', 'mkfifo fifo debug/.cargo-lock debug/.cargo-build-lock'],
  [
    'folders far deeper than PATH_MAX',
    'for i in {1..40}; do n=$(printf "d%0.s" {1..200}); mkdir $n; cd -P ./$n 2>/dev/null; done; echo x > bottom',
  ],
  [
    'names of newlines, dashes, blanks and bytes that are no UTF-8',
    String.raw`mkdir -- $'a\nb' $'\xff\xfe' -rf ' ' && touch -- $'a\nb/\xff' $'\xff\xfe/\n' '-rf/*' ' /$(id)' '*'`,
  ],
  [
    'read-only folders, with a hard link to a read-only file in one',
    String.raw`mkdir -p ro/ro $'ro/\xff\xfe/x'; ln "$CANARY/mine" ro/ro/linked; chmod 0555 ro/ro ro/$'\xff\xfe' ro; mkdir -m 0000 debug/deps/closed`,
  ],
  [
    'read-only folders deeper than PATH_MAX',
    'for i in {1..40}; do n=$(printf "d%0.s" {1..200}); mkdir $n; cd -P ./$n 2>/dev/null; done; for i in {1..40}; do chmod 0555 .; cd -P .. 2>/dev/null; done',
  ],
] as const

/** Name, type, mode, owner and content of everything in the canary; links to it do not count. */
function portrait(folder: string): string[] {
  return ['', '/file', '/mine', '/sub', '/sub/file'].map((name) => {
    const { mode, uid, gid, mtimeMs } = lstatSync(folder + name)
    const isFile = name.endsWith('file') || name.endsWith('mine')
    const content = isFile ? readFileSync(folder + name).toString('hex') : ''
    const sum = createHash('sha256').update(content).digest('hex')
    return [name, mode.toString(8), uid, gid, mtimeMs, sum].join(' ')
  })
}

function makeCanary(): string {
  const canary = scene().directory('canary')
  mkdirSync(path.join(canary, 'sub'))
  for (const name of ['file', 'sub/file']) writeFileSync(path.join(canary, name), `${name}\n`)
  // One may make a hard link to a file of one's own only, and to no other (fs.protected_hardlinks).
  writeFileSync(path.join(canary, 'mine'), 'mine\n', { mode: 0o444 })
  return canary
}

/** A failed job of that user's that leaves the tree in its slot. */
async function leave(
  host: GuardedHost,
  user: User | null,
  script: string,
  canary: string,
): Promise<{ slot: string; said: string }> {
  const options = user === null ? {} : { user: { uid: user.uid, gid: user.gid } }
  const result = await Runner.install(scene(), options)
    .start()
    .job({
      env: { CANARY: canary },
      steps: [
        host.step({ with: { 'privileged-helper': 'none' } }),
        {
          name: 'leave',
          shell: 'bash',
          run: `cd "$CARGO_TARGET_DIR"\n${ORDINARY}\n${script}\necho left; exit 1`,
        },
      ],
    }).result
  expect(result.step('leave').stdout).toContain('left')
  return { slot: slotOf(result), said: result.step('Post guard').stdout }
}

const USERS = [
  ['root', () => null],
  ['an ordinary user', ordinaryUser],
] as const

needs('root', 'second-user').describe('the reaper deletes, and nothing outside,', () => {
  test.each(
    USERS.flatMap(([who, user]) => TREES.map(([what, make]) => [what, who, user, make] as const)),
  )('%s, as %s', async (_, __, account, script) => {
    const user = account()
    const host = user === null ? new GuardedHost(scene()) : hostOf(scene(), user)
    const canary = makeCanary()
    if (user !== null) {
      await scene().must('chown', [String(user.uid), path.join(canary, 'mine')])
    }
    const before = portrait(canary)
    const { slot } = await leave(host, user, script, canary)

    expect(existsSync(slot)).toBe(false)
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
    expect(portrait(canary)).toEqual(before)
  })
})

needs('root', 'second-user').test(
  'a folder that hides whether Cargo holds its lock keeps the slot, until root has looked',
  async () => {
    const host = hostOf(scene(), ordinaryUser())
    const { slot, said } = await leave(host, ordinaryUser(), 'chmod 0000 debug', makeCanary())
    expect(said).toMatch(/keep \(blocked\) .*cannot be searched for Cargo’s locks/)
    expect(host.heartbeat()['blocked']).toMatchObject([{ path: path.relative(host.root, slot) }])
    await host.json('sweep')
    expect(existsSync(slot)).toBe(false)
    expect(host.control('trash')).toEqual([])
  },
)

needs('root').describe('a slot', () => {
  test('whose place was taken by a link is left alone, and reported', async () => {
    const host = new GuardedHost(scene())
    const canary = makeCanary()
    const before = portrait(canary)
    const swap = 'cd ..; rm -r "$CARGO_TARGET_DIR"; ln -s "$CANARY" "$CARGO_TARGET_DIR"'
    const { slot, said } = await leave(host, null, swap, canary)
    expect(said).toContain(`keep (blocked) ${path.relative(host.root, slot)}:`)
    await host.json('sweep')
    expect(host.heartbeat()['blocked']).toMatchObject([{ path: path.relative(host.root, slot) }])
    expect(lstatSync(slot).isSymbolicLink()).toBe(true)
    expect(portrait(canary)).toEqual(before)
  })
})

/** An entry of the trash, as a pass would have put it there. */
function trashEntry(host: GuardedHost): { id: string; folder: string } {
  const id = '0123456789abcdef01234567'
  const folder = path.join(host.root, '.target-guard/trash', id)
  mkdirSync(folder)
  return { id, folder }
}

function withRoot(): GuardedHost {
  const host = new GuardedHost(scene())
  openRoot(host.root, PRECIOUS)
  return host
}

needs('root', 'loop-mount').describe('something mounted', () => {
  test('in a slot keeps it in place; the slot goes when it is unmounted', async () => {
    const host = new GuardedHost(scene())
    const canary = makeCanary()
    const before = portrait(canary)
    const mount = 'mkdir mnt; mount --bind "$CANARY" mnt'
    const { slot, said } = await leave(host, null, mount, canary)
    const point = path.join(slot, 'mnt')
    expect(said).toContain(`but something is mounted in it: ${point}`)
    expect(existsSync(path.join(point, 'file'))).toBe(true)

    await scene().must('umount', [point])
    await host.json('sweep')
    expect(existsSync(slot)).toBe(false)
    expect(host.control('trash')).toEqual([])
    expect(portrait(canary)).toEqual(before)
  })

  test('in the trash is quarantined with the command that helps, and nothing in it is deleted', async () => {
    const host = withRoot()
    const canary = makeCanary()
    const before = portrait(canary)
    const { id, folder } = trashEntry(host)
    const point = path.join(folder, "a b'c")
    mkdirSync(point)
    await scene().must('mount', ['--bind', canary, point])

    const first = await host.cli(['reap', '--json'])
    expect(first.exitCode).toBe(1)
    const quarantined = { id, why: `something is mounted in it: ${point}` }
    expect(JSON.parse(first.stdout)).toMatchObject({ deleted: [], quarantined: [quarantined] })
    expect(portrait(canary)).toEqual(before)

    await scene().must('bash', ['-c', quarantineOf(host, id)?.command ?? 'false'])
    expect(await host.json('reap')).toMatchObject({ deleted: [id], quarantined: [] })
    expect(host.control('trash')).toEqual([])
    expect(portrait(canary)).toEqual(before)
  })
})

test('a writer that never stops does not make the reaper fail for good', async () => {
  const host = withRoot()
  const { folder } = trashEntry(host)
  // As fast as can be: rm nearly always finds files that were not there when it read the folder.
  const writer = `cd "$1" && exec "$2" -e '
    const { closeSync, openSync, writeSync } = require("node:fs")
    const write = (count) => closeSync(openSync(String(count), "w"))
    let count = 0
    while (count < 3000) write(count++)
    writeSync(1, "ready")
    for (;;) try { write(count++) } catch {}'`
  const { release } = await hold(scene(), writer, [folder, process.execPath])

  const during = await host.cli(['reap', '--json'])
  expect(during.exitCode).toBe(0)
  expect(JSON.parse(during.stdout)).toMatchObject({ quarantined: [] })
  expect(during.stdout).toMatch(/"why": "something keeps writing into it|"deleted": \[\s+"/)
  await release()
  await host.json('reap')
  expect(host.control('trash')).toEqual([])
})

import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { cloneTree } from '../../src/host/clone.ts'
import type { Cloned, CloneOrder } from '../../src/host/clone.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { alpinePath } from '../e2e/stub-program.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { HASH, cargoTree } from '../helpers/cargo-tree.ts'
import { makeDeepTree } from '../helpers/deep-tree.ts'
import { elf } from '../helpers/elf.ts'
import { listing } from '../helpers/listing.ts'
import { writeProgram } from '../helpers/program.ts'

const scene = useScene()

const RLIB = `debug/deps/libone-${HASH}.rlib`
const RMETA = `debug/deps/libone-${HASH}.rmeta`
const PROGRAM = `debug/deps/program-${HASH}`

/** A target directory, and what an order for its clone needs. */
function aSource(): { source: string; destination: string } {
  const directory = scene().directory('clone')
  const source = `${directory}/source`
  cargoTree(source)
  return { source, destination: `${directory}/staged` }
}

async function clone(
  order: Pick<CloneOrder, 'source' | 'destination'> & Partial<CloneOrder>,
): Promise<Cloned> {
  const defaults = {
    way: 'hybrid',
    skipIncremental: true,
    sharesPrograms: true,
    copyAtMostBytes: null,
  } as const
  return cloneTree({ ...defaults, waitMs: 60_000, ...order })
}

/** Waits for the failure of a clone; the destination must be gone. */
async function refusal(order: Parameters<typeof clone>[0]): Promise<string> {
  const before = existsSync(order.destination)
  const said = await clone(order).then(
    () => 'cloned',
    (error: unknown) => {
      expect(error).toMatchObject({ name: 'CloneError', remains: null })
      return (error as Error).message
    },
  )
  expect(existsSync(order.destination)).toBe(before)
  return said
}

const inode = (path: string): bigint => lstatSync(path, { bigint: true }).ino

/** Mode, owner, time and content of all that a clone must have alike, by path. */
function likeness(tree: string): string[] {
  return readdirSync(tree, { recursive: true, encoding: 'utf8' })
    .toSorted((a, b) => (a < b ? -1 : 1))
    .concat('.')
    .map((name) => {
      const path = `${tree}/${name}`
      const { mode, uid, gid, mtimeNs } = lstatSync(path, { bigint: true })
      const text = lstatSync(path).isFile() ? readFileSync(path, 'latin1') : ''
      return [name, mode.toString(8), uid, gid, mtimeNs, text].join(' ')
    })
}

const names = (tree: string): string[] => readdirSync(tree, { recursive: true, encoding: 'latin1' })

const OWNED = ['', 'debug', 'debug/deps', RLIB, 'debug/program', 'debug/build']
const uids = (tree: string): number[] =>
  [...OWNED, 'CACHEDIR.TAG'].map((name) => lstatSync(`${tree}/${name}`).uid)

/** Adds many files: copying them takes long enough for a write to fall into it. */
function slow(source: string): void {
  for (let count = 0; count < 4000; count += 1) {
    writeFileSync(`${source}/debug/.fingerprint/${count}`, 'x'.repeat(4096))
  }
}

const STAYS = /^(tmp\/|package|debug\/(\.cargo-lock|incremental))/

describe.each(['hybrid', 'copy'] as const)('a clone by %s', (way) => {
  test('is as its source to the nanosecond, without what stays behind', async () => {
    const { source, destination } = aSource()
    chmodSync(`${source}/debug/deps`, 0o750)
    const expected = likeness(source).filter((line) => !STAYS.test(line))
    const before = listing(source)
    const { linked } = await clone({ source, destination, way })

    expect(likeness(destination)).toEqual(expected)
    expect(readdirSync(`${destination}/tmp`)).toEqual([])
    expect(existsSync(`${source}/debug/incremental`)).toBe(true)
    // A hard link shows in its source’s count and ctime.
    expect(listing(source).filter((line) => way === 'copy' || !line.includes('libone'))).toEqual(
      before.filter((line) => way === 'copy' || !line.includes('libone')),
    )
    expect(linked.map(({ path }) => path).toSorted((a, b) => (a < b ? -1 : 1))).toEqual(
      way === 'copy' ? [] : [RLIB, RMETA, 'debug/libone.rlib'],
    )
  })

  test('leaves behind what tests left in another target directory in it', async () => {
    const { source, destination } = aSource()
    for (const name of ['second', 'second/x86_64-unknown-linux-gnu']) cargoTree(`${source}/${name}`)
    const own = `debug/build/one-${HASH}/out/target`
    cargoTree(`${source}/${own}`)
    await clone({ source, destination, way })
    const scratch = names(destination).filter((name) => /(^|\/)(tmp|package)(\/|$)/.test(name))
    expect(scratch.filter((name) => !name.startsWith(own)).toSorted()).toEqual([
      'second/tmp',
      'second/x86_64-unknown-linux-gnu/tmp',
      'tmp',
    ])
    expect(scratch).toContain(`${own}/tmp/scratch`)
  })

  test('keeps files of two names one file, and shares no program that has a second name', async () => {
    const { source, destination } = aSource()
    await clone({ source, destination, way })
    expect(inode(`${destination}/debug/program`)).toBe(inode(`${destination}/${PROGRAM}`))
    expect(inode(`${destination}/${PROGRAM}`)).not.toBe(inode(`${source}/${PROGRAM}`))
    expect(inode(`${destination}/debug/libone.rlib`)).toBe(inode(`${destination}/${RLIB}`))
    expect(inode(`${destination}/${RLIB}`) === inode(`${source}/${RLIB}`)).toBe(way === 'hybrid')
  })

  test('keeps them one file however large they are, and whichever cp takes them', async () => {
    const { source, destination } = aSource()
    const programs = ['first', 'second', 'third']
    for (const name of programs) {
      const program = `${source}/debug/deps/${name}-${HASH}`
      writeFileSync(program, Buffer.alloc(5_000_000, name), { mode: 0o755 })
      linkSync(program, `${source}/debug/${name}`)
    }
    await clone({ source, destination, way })
    for (const name of programs) {
      const program = `${destination}/debug/deps/${name}-${HASH}`
      expect(inode(program)).toBe(inode(`${destination}/debug/${name}`))
      expect(readFileSync(program).equals(Buffer.alloc(5_000_000, name))).toBe(true)
    }
  })

  test('takes incremental state along when it is wanted', async () => {
    const { source, destination } = aSource()
    await clone({ source, destination, way, skipIncremental: false })
    expect(readFileSync(`${destination}/debug/incremental/one/state`, 'utf8')).not.toBe('')
  })
})

describe('metadata that incremental compilation keeps', () => {
  test.each([true, false])(
    'is not shared, whether that is left out: %s',
    async (skipIncremental) => {
      const { source, destination } = aSource()
      const session = `${source}/debug/incremental/one/s-1-working`
      mkdirSync(session)
      linkSync(`${source}/${RMETA}`, `${session}/metadata.rmeta`)
      const { linked } = await clone({ source, destination, skipIncremental })
      expect(linked.map(({ path }) => path)).not.toContain(RMETA)
      expect(linked.map(({ path }) => path)).toContain(RLIB)
      expect(inode(`${destination}/${RMETA}`)).not.toBe(inode(`${source}/${RMETA}`))
    },
  )
})

describe('what the linker wrote', () => {
  test.each<[string, string | null, boolean]>([
    ['GNU ld, which replaces it, is shared', 'rustc version 1.95.0\0GCC: (Debian)\0', true],
    ['LLD, which replaces it, is shared', 'GCC: (Debian)\0Linker: LLD 22.1.2\0', true],
    ['mold, which writes into it, is copied', 'GCC: (Debian)\0mold 1.10.1\0', false],
    ['nobody knows, is copied', null, false],
  ])('%s', async (_, note, isShared) => {
    const { source, destination } = aSource()
    const files = [`debug/deps/test-${HASH}`, `debug/deps/libderive-${HASH}.so`]
    for (const name of files) writeFileSync(`${source}/${name}`, elf(note), { mode: 0o755 })
    await clone({ source, destination })
    for (const name of files) {
      expect(inode(`${destination}/${name}`) === inode(`${source}/${name}`)).toBe(isShared)
    }
  })
})

describe('a program that people find under another name', () => {
  const GNU = 'GCC: (Debian)\0'

  /** Its two names, and what Cargo leaves when it has finished it. */
  const PLACES: [string, string, string, string][] = [
    ['a program', PROGRAM, 'debug/program', `debug/.fingerprint/one-${HASH}/bin-program`],
    [
      'an example',
      `debug/examples/show-${HASH}`,
      'debug/examples/show',
      `debug/build/one/${HASH}/fingerprint/example-show`,
    ],
  ]

  /** A source with one that was linked at 100 s and finished at 101 s. */
  function withProgram(
    [, linked, found, finished]: [string, string, string, string],
    note: string = GNU,
  ): { source: string; destination: string } {
    const tree = aSource()
    for (const name of [linked, found, finished]) {
      mkdirSync(dirname(`${tree.source}/${name}`), { recursive: true })
    }
    rmSync(`${tree.source}/${found}`, { force: true })
    writeFileSync(`${tree.source}/${linked}`, elf(note), { mode: 0o755 })
    linkSync(`${tree.source}/${linked}`, `${tree.source}/${found}`)
    writeFileSync(`${tree.source}/${finished}`, HASH)
    utimesSync(`${tree.source}/${linked}`, 100, 100)
    utimesSync(`${tree.source}/${finished}`, 101, 101)
    return tree
  }

  const [aProgram] = PLACES as [(typeof PLACES)[number]]

  test.each(PLACES)('is shared where it is as Cargo left it: %s', async (...place) => {
    const [, linked, found] = place
    const order = withProgram(place)
    const { linked: shared } = await clone(order)
    for (const name of [linked, found]) {
      expect(inode(`${order.destination}/${name}`)).toBe(inode(`${order.source}/${linked}`))
    }
    expect(shared.map(({ path }) => path)).toEqual(expect.arrayContaining([linked, found]))
  })

  test.each<[string, (source: string) => unknown, Partial<CloneOrder>]>([
    ['somebody wrote into it since', (source) => utimesSync(`${source}/${PROGRAM}`, 102, 102), {}],
    [
      'only another unit of its name, as of `cargo check`, was finished since',
      (source) => {
        utimesSync(`${source}/${PROGRAM}`, 102, 102)
        mkdirSync(`${source}/debug/.fingerprint/one-fedcba9876543210`)
        writeFileSync(`${source}/debug/.fingerprint/one-fedcba9876543210/bin-program`, '')
      },
      {},
    ],
    ['nothing tells when it was finished', (source) => rmSync(`${source}/${aProgram[3]}`), {}],
    [
      'only the one of another profile is finished',
      (source) => {
        mkdirSync(`${source}/release/.fingerprint/one-${HASH}`, { recursive: true })
        renameSync(
          `${source}/${aProgram[3]}`,
          `${source}/release/.fingerprint/one-${HASH}/bin-program`,
        )
      },
      {},
    ],
    ['programs are out of use', () => {}, { sharesPrograms: false }],
    ['its linker writes into it', () => {}, {}],
  ])('is copied as one file where %s', async (what, change, more) => {
    const order = withProgram(aProgram, what.startsWith('its linker') ? 'mold 1.10.1\0' : GNU)
    change(order.source)
    await clone({ ...order, ...more })
    const copied = inode(`${order.destination}/${PROGRAM}`)
    expect(copied).not.toBe(inode(`${order.source}/${PROGRAM}`))
    expect(copied).toBe(inode(`${order.destination}/debug/program`))
  })

  test('is copied where it is none of the linker’s', async () => {
    const order = withProgram(aProgram)
    rmSync(`${order.source}/${PROGRAM}`)
    linkSync(`${order.source}/debug/program`, `${order.source}/debug/another`)
    await clone(order)
    expect(inode(`${order.destination}/debug/program`)).not.toBe(
      inode(`${order.source}/debug/program`),
    )
  })
})

describe('hostile content:', () => {
  test('links are copied as links, and what they lead to is not touched', async () => {
    const { source, destination } = aSource()
    const canary = scene().directory('canary')
    writeFileSync(`${canary}/file`, 'precious')
    symlinkSync(canary, `${source}/debug/out`)
    symlinkSync(`${canary}/file`, `${source}/debug/deps/libtwo-${HASH}.rlib`)
    symlinkSync('/nowhere', `${source}/debug/.fingerprint/nowhere`)
    const before = listing(canary)
    const { linked } = await clone({ source, destination })
    expect(lstatSync(`${destination}/debug/out`).isSymbolicLink()).toBe(true)
    expect(lstatSync(`${destination}/debug/.fingerprint/nowhere`).isSymbolicLink()).toBe(true)
    expect(linked.some(({ path }) => path.includes('libtwo'))).toBe(false)
    expect(listing(canary)).toEqual(before)
  })

  test('FIFOs and sockets stay behind', async () => {
    const { source, destination } = aSource()
    await scene().must('mkfifo', [`${source}/debug/fifo`, `${source}/debug/build/fifo`])
    await clone({ source, destination })
    expect(existsSync(`${destination}/debug/fifo`)).toBe(false)
    expect(readdirSync(`${destination}/debug/build`)).toEqual([`one-${HASH}`])
  })

  test('names of newlines, blanks, dashes and bytes that are no UTF-8', async () => {
    const { source, destination } = aSource()
    const make = String.raw`cd "$1" && mkdir -- $'\xff' $'a\nb' && touch -- $'\xff/\xfe' $'debug/\xfe' $'debug/a\nb' 'debug/-t' 'debug/ '`
    await scene().must('bash', ['-c', make, 'bash', source])
    await clone({ source, destination })
    const expected = names(source).filter((name) => !STAYS.test(name))
    expect(names(destination).toSorted()).toEqual(expected.toSorted())
  })

  test('a source that is a link is refused, and so is a destination that is there', async () => {
    const { source, destination } = aSource()
    symlinkSync(source, `${source}-link`)
    expect(await refusal({ source: `${source}-link`, destination })).toMatch(/ENOTDIR|ELOOP/)
    mkdirSync(destination)
    writeFileSync(`${destination}/file`, '')
    expect(await refusal({ source, destination })).toContain('EEXIST')
    expect(readdirSync(destination)).toEqual(['file'])
  })

  test('too many files, too many bytes, too little time: nothing is left', async () => {
    const { source, destination } = aSource()
    expect(await refusal({ source, destination, entriesAtMost: 10 })).toContain('more than 10')
    expect(await refusal({ source, destination, copyAtMostBytes: 1 })).toContain('more than 1')
    expect(await refusal({ source, destination, waitMs: 0 })).toContain('too long')
  })

  test('a tree deeper than any path is refused as a whole', async () => {
    const { source, destination } = aSource()
    await makeDeepTree(scene(), source)
    const said = await refusal({ source, destination })
    expect(said).toContain('ENAMETOOLONG')
  })
})

describe('who reads the source while it is copied', () => {
  test('finds it whole, and once', async () => {
    const { source, destination } = aSource()
    const seen: string[] = []
    const meanwhile = (tree: string): void => {
      seen.push(readFileSync(`${tree}/${RMETA}`, 'utf8'))
    }
    await clone({ source, destination, meanwhile })
    expect(seen).toEqual([readFileSync(`${destination}/${RMETA}`, 'utf8')])
  })

  test('has seen what is in no clone where somebody writes to it then', async () => {
    const { source, destination } = aSource()
    const said = refusal({
      source,
      destination,
      meanwhile: (tree) => writeFileSync(`${tree}/${RMETA}`, 'other'),
    })
    expect(await said).toMatch('changed meanwhile')
  })

  test('does not mind that another clone of it goes then', async () => {
    const { source, destination } = aSource()
    const former = `${source}.rmeta`
    linkSync(`${source}/${RMETA}`, former)
    await clone({ source, destination, meanwhile: () => rmSync(former) })
    expect(lstatSync(`${destination}/${RMETA}`).nlink).toBeGreaterThan(1)
  })

  test('takes the clone with it where it fails', async () => {
    const { source, destination } = aSource()
    const said = refusal({
      source,
      destination,
      meanwhile: () => {
        throw new Error('unreadable')
      },
    })
    expect(await said).toBe('unreadable')
  })
})

describe('a source that changes meanwhile', () => {
  test.each<[string, (source: string) => void]>([
    ['a file rewritten', (source) => writeFileSync(`${source}/${RMETA}`, 'other')],
    [
      'a file rewritten, and its time set back',
      (source) => {
        const file = `${source}/debug/deps/one-${HASH}.d`
        const { mtimeNs } = lstatSync(file, { bigint: true })
        writeSync(openSync(file, 'r+'), 'O')
        const digits = String(mtimeNs)
        const time = `@${digits.slice(0, -9)}.${digits.slice(-9)}`
        execFileSync('touch', ['-m', '-d', time, file])
      },
    ],
    ['a file added', (source) => writeFileSync(`${source}/debug/deps/added`, '')],
    ['a file removed', (source) => rmSync(`${source}/debug/deps/one-${HASH}.d`)],
    ['all of it removed', (source) => rmSync(source, { recursive: true })],
  ])('gives no clone: %s', async (_, change) => {
    const { source, destination } = aSource()
    slow(source)
    const said = refusal({ source, destination })
    await waitFor(() => existsSync(`${destination}/debug/.fingerprint`), { everyMs: 1 })
    change(source)
    expect(await said).toMatch(/changed meanwhile|No such file|ENOENT/)
  })
})

needs('root', 'second-user').describe('as root', () => {
  test('everything keeps its owner, and nothing its setuid bit', async () => {
    const { source, destination } = aSource()
    const user = secondUser()
    if (user === null) throw new Error('no second user')
    for (const name of OWNED) {
      chownSync(`${source}/${name}`, user.uid, user.gid)
    }
    chmodSync(`${source}/debug/program`, 0o4755)
    chmodSync(`${source}/${RMETA}`, 0o6755)
    await clone({ source, destination })
    const modeOf = (name: string): number => lstatSync(`${destination}/${name}`).mode & 0o7777
    expect([modeOf('debug/program'), modeOf(PROGRAM), modeOf(RMETA)]).toEqual([0o755, 0o755, 0o755])
    expect(inode(`${destination}/${RMETA}`)).not.toBe(inode(`${source}/${RMETA}`))
    expect(lstatSync(`${source}/debug/program`).mode & 0o7777).toBe(0o4755)
    expect(uids(destination)).toEqual(uids(source))
  })

  test('devices stay behind', async () => {
    const { source, destination } = aSource()
    await scene().must('mknod', [`${source}/debug/null`, 'c', '1', '3'])
    await clone({ source, destination })
    expect(existsSync(`${destination}/debug/null`)).toBe(false)
  })

  test('something mounted in it is refused, also of the same file system', async () => {
    const { source, destination } = aSource()
    await scene().must('mount', ['--bind', scene().directory('other'), `${source}/debug/build`])
    const said = await refusal({ source, destination })
    await scene().must('umount', [`${source}/debug/build`])
    expect(said).toContain('something is mounted in it')
  })

  test('another user’s file that may not be linked is copied, and one that may not be read ends it', async () => {
    const { source, destination } = aSource()
    const user = secondUser()
    if (user === null) throw new Error('no second user')
    // The folders are the user's; the files in deps are root's, as a container leaves them.
    await scene().must('chown', ['-R', `${user.uid}:${user.gid}`, source, `${source}/..`])
    await scene().must('chown', ['0:0', `${source}/${RLIB}`])
    const order = { source, destination, way: 'hybrid', skipIncremental: true }
    const program = writeProgram(
      scene(),
      `import { cloneTree } from './host/clone.js'
      const order = ${JSON.stringify({ ...order, copyAtMostBytes: null, waitMs: 60_000 })}
      const { linked } = await cloneTree(order).catch((error) => ({ linked: [{ path: error.message }] }))
      console.log(linked.map(({ path }) => path).join())`,
    )
    const options = { uid: user.uid, gid: user.gid, cwd: '/' }
    const first = await scene().must(process.execPath, [program], options)
    expect(first.stdout.trim()).toBe(RMETA)
    expect(inode(`${destination}/${RLIB}`)).not.toBe(inode(`${source}/${RLIB}`))
    expect(readFileSync(`${destination}/${RLIB}`)).toEqual(readFileSync(`${source}/${RLIB}`))

    rmSync(destination, { recursive: true })
    chmodSync(`${source}/${RLIB}`, 0o600)
    const second = await scene().must(process.execPath, [program], options)
    expect(second.stdout).toContain('Permission denied')
    expect(existsSync(destination)).toBe(false)
  })
})

test('hard links to files outside are shared with nobody but the clone', async () => {
  const { source, destination } = aSource()
  const canary = `${scene().directory('canary')}/file`
  writeFileSync(canary, 'precious')
  rmSync(`${source}/debug/program`)
  linkSync(canary, `${source}/debug/program`)
  await clone({ source, destination })
  expect(inode(`${destination}/debug/program`)).not.toBe(inode(canary))
  closeSync(openSync(`${destination}/debug/program`, 'w'))
  expect(readFileSync(canary, 'utf8')).toBe('precious')
})

needs('busybox').test('busybox’s cp clones nothing, and leaves nothing behind', async () => {
  const { PATH } = process.env
  process.env['PATH'] = alpinePath(scene())
  try {
    for (const way of ['copy', 'hybrid', 'reflink'] as const) {
      expect(await refusal({ ...aSource(), way })).toContain('install coreutils')
    }
  } finally {
    process.env['PATH'] = PATH
  }
})

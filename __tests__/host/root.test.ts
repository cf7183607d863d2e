import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { dirname } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { nearestExisting, refusedType } from '../../src/host/root-refusal.ts'
import { findRoot, openRoot } from '../../src/host/root.ts'
import type { Precious } from '../../src/host/root-refusal.ts'
import { GuardError } from '../../src/plan/guard-error.ts'
import { needs } from '../e2e/capabilities.ts'
import { secondUser } from '../e2e/second-user.ts'
import { useScene } from '../e2e/use-scene.ts'
import { waitFor } from '../e2e/wait-for.ts'
import { caught } from '../helpers/caught.ts'
import { listing } from '../helpers/listing.ts'
import { writeProgram } from '../helpers/program.ts'
import { PRECIOUS } from '../helpers/root.ts'

const scene = useScene()

/** Asserts that a path is refused in words that name it, and that nothing was touched. */
function expectRefused(
  path: string,
  base: string,
  why: RegExp,
  precious: Precious = PRECIOUS,
): void {
  const before = listing(base)
  for (const open of [openRoot, findRoot]) {
    const error = caught(() => open(path, precious))
    expect(error).toBeInstanceOf(GuardError)
    expect(error).toMatchObject({ usage: true, message: expect.stringMatching(why) })
    expect((error as GuardError).message).toContain(path)
  }
  expect(listing(base)).toEqual(before)
}

describe('a root is made', () => {
  test('where nothing is, with all directories above it', () => {
    const path = `${scene().directory()}/a/b/targets`
    const root = openRoot(path, PRECIOUS)
    expect(root).toMatchObject({ path, realPath: path, uid: process.geteuid?.() })
    expect(root.id).toMatch(/^[0-9a-f-]{36}$/)
    const marker = readFileSync(`${path}/.target-guard/root.json`, 'utf8')
    expect(JSON.parse(marker)).toEqual({ version: 1, id: root.id })
  })

  test('in an empty directory', () => {
    const path = scene().directory()
    expect(openRoot(path, PRECIOUS).id).not.toBe('')
  })

  test('in the top of a new file system, which holds lost+found', () => {
    const path = scene().directory()
    mkdirSync(`${path}/lost+found`)
    expect(openRoot(path, PRECIOUS).id).not.toBe('')
  })

  test('once: it is the same root ever after, and opening it changes nothing', () => {
    const path = scene().directory()
    const { id } = openRoot(path, PRECIOUS)
    writeFileSync(`${path}/.target-guard/leases/x`, '')
    const before = listing(path)
    expect(openRoot(path, PRECIOUS).id).toBe(id)
    expect(findRoot(path, PRECIOUS)?.id).toBe(id)
    expect(listing(path)).toEqual(before)
  })

  test('below a directory that is reached by a link: both paths are known', () => {
    const base = scene().directory()
    mkdirSync(`${base}/disk`)
    symlinkSync('disk', `${base}/link`)
    expect(openRoot(`${base}/link/targets`, PRECIOUS)).toMatchObject({
      path: `${base}/link/targets`,
      realPath: `${base}/disk/targets`,
    })
  })

  test('by sixteen processes at once, and all get the one id', async () => {
    const base = scene().directory()
    // One after the other, since those behind catch up with the first, which has more to do.
    const paths = Array.from({ length: 30 }, (_, n) => `${base}/${n}`)
    for (const path of paths) mkdirSync(path)
    const script = writeProgram(
      scene(),
      `import { openRoot } from './host/root.js'
       import { existsSync } from 'node:fs'
       const [start, ...paths] = process.argv.slice(2)
       process.stdout.write('ready\\n')
       const cell = new Int32Array(new SharedArrayBuffer(4))
       while (!existsSync(start)) Atomics.wait(cell, 0, 0, 1)
       for (const path of paths) console.log(openRoot(path, ${JSON.stringify(PRECIOUS)}).id)`,
    )
    const start = `${dirname(script)}/start`
    const said = Array.from({ length: 16 }, () => '')
    const ended = said.map(async (_, index) => {
      const child = scene().start(process.execPath, [script, start, ...paths])
      child.stdout?.setEncoding('utf8').on('data', (text: string) => (said[index] += text))
      await once(child, 'close')
    })
    await waitFor(() => said.every((text) => text === 'ready\n'))
    writeFileSync(start, '')
    await Promise.all(ended)
    const ids = paths.map((path) => openRoot(path, PRECIOUS).id)
    expect(new Set(said)).toEqual(new Set([['ready', ...ids, ''].join('\n')]))
    const left = listing(base).filter((line) => line.includes('/root.json.'))
    expect(left).toEqual([])
  }, 30_000)
})

describe('findRoot', () => {
  test('makes nothing where there is no root yet', () => {
    const base = scene().directory()
    expect(findRoot(`${base}/targets`, PRECIOUS)).toBeNull()
    expect(findRoot(base, PRECIOUS)).toBeNull()
    expect(listing(base)).toHaveLength(1)
  })
})

describe('a root is refused', () => {
  test('at /, and above the home directory', () => {
    const base = scene().directory()
    mkdirSync(`${base}/home/user`, { recursive: true })
    const precious = { home: `${base}/home/user`, workspace: null }
    expectRefused('/', base, /it is the root of the file system/)
    expectRefused(`${base}/home/user`, base, /it is the home directory/, precious)
    expectRefused(`${base}/home`, base, /it is the home directory .* or contains it/, precious)
  })

  test('at the home directory, though the setting goes by a link', () => {
    const base = scene().directory()
    mkdirSync(`${base}/disk/user`, { recursive: true })
    symlinkSync('disk', `${base}/home`)
    const precious = { home: `${base}/home/user`, workspace: null }
    expectRefused(`${base}/disk/user`, base, /it is the home directory/, precious)
    expectRefused(`${base}/disk`, base, /it is the home directory/, precious)
  })

  test('at the workspace and above it, not beside it', () => {
    const base = scene().directory()
    mkdirSync(`${base}/work/demo`, { recursive: true })
    const precious = { home: '/root', workspace: `${base}/work/demo` }
    expectRefused(`${base}/work/demo`, base, /it is the workspace/, precious)
    expectRefused(`${base}/work`, base, /it is the workspace/, precious)
    expect(openRoot(`${base}/work/demo-targets`, precious).id).not.toBe('')
    expect(openRoot(`${base}/work/demo/targets`, precious).id).not.toBe('')
  })

  test('where a home is that does not exist yet', () => {
    const base = scene().directory()
    const precious = { home: `${base}/home/user`, workspace: '' }
    expectRefused(`${base}/home`, base, /it is the home directory/, precious)
  })

  test('where anything lies that is not ours', () => {
    const base = scene().directory()
    writeFileSync(`${base}/thesis.txt`, 'mine')
    expectRefused(base, base, /it is not empty and holds no \.target-guard\/root\.json/)
    mkdirSync(`${base}/.target-guard`)
    expectRefused(base, base, /it is not empty/)
  })

  test('unless the marker lies there too, or nothing but lost+found', () => {
    const base = scene().directory()
    openRoot(base, PRECIOUS)
    writeFileSync(`${base}/other`, '')
    expect(findRoot(base, PRECIOUS)).not.toBeNull()
    const fresh = scene().directory()
    mkdirSync(`${fresh}/lost+found`)
    expect(findRoot(fresh, PRECIOUS)).toBeNull()
    writeFileSync(`${fresh}/other`, '')
    expectRefused(fresh, fresh, /it is not empty/)
  })

  test('where a link lies, and names what it leads to', () => {
    const base = scene().directory()
    mkdirSync(`${base}/disk`)
    symlinkSync('disk', `${base}/targets`)
    symlinkSync('nowhere', `${base}/dangling`)
    expectRefused(`${base}/targets`, base, new RegExp(`symbolic link.*${base}/disk`))
    expectRefused(`${base}/dangling`, base, /symbolic link/)
  })

  test('where nothing can be made: in /proc, at once', () => {
    expect(() => openRoot('/proc/nowhere/targets', PRECIOUS)).toThrow(
      /^The root \/proc\/nowhere\/targets cannot be set up \(ENOENT/,
    )
  })

  test('where a file lies, or below one', () => {
    const base = scene().directory()
    writeFileSync(`${base}/file`, '')
    expectRefused(`${base}/file`, base, /it is not a directory/)
    expectRefused(`${base}/file/targets`, base, /it is not a directory/)
  })

  test.each(['/../x', '/a/..', '/..'])('where its path holds “..”: %s', (rest) => {
    const base = scene().directory()
    expectRefused(`${base}${rest}`, base, /it contains “\.\.”/)
  })

  test.each(['', '{', '[]', '{"version":1}', '{"version":1,"id":7}'])(
    'where root.json is damaged: %j',
    (text) => {
      const base = scene().directory()
      mkdirSync(`${base}/.target-guard`)
      writeFileSync(`${base}/.target-guard/root.json`, text)
      expectRefused(base, base, /root\.json is damaged/)
    },
  )

  test.each([2, 0, '1', null])('where root.json is of the version %j', (version) => {
    const base = scene().directory()
    mkdirSync(`${base}/.target-guard`)
    const text = JSON.stringify({ version, id: 'x' })
    writeFileSync(`${base}/.target-guard/root.json`, text)
    expectRefused(base, base, /has format version .*, not 1/)
  })

  test('where its own folder is a file or a link, and what that leads to stays as it is', () => {
    const base = scene().directory()
    openRoot(`${base}/other`, PRECIOUS)
    const before = listing(`${base}/other`)
    mkdirSync(`${base}/file`)
    writeFileSync(`${base}/file/.target-guard`, '')
    mkdirSync(`${base}/link`)
    symlinkSync(`${base}/other/.target-guard`, `${base}/link/.target-guard`)
    for (const path of [`${base}/file`, `${base}/link`]) {
      expect(caught(() => openRoot(path, PRECIOUS))).toBeInstanceOf(GuardError)
    }
    expect(listing(`${base}/other`)).toEqual(before)
  })
})

needs('root', 'second-user').describe('for an ordinary user', () => {
  test('a root that may not be read is refused in words', async () => {
    const base = scene().directory()
    const paths = [`${base}/closed/targets`, `${base}/unreadable`]
    for (const path of paths) mkdirSync(path, { recursive: true })
    chmodSync(`${base}/closed`, 0o700)
    chmodSync(`${base}/unreadable`, 0o300)
    const script = writeProgram(
      scene(),
      `import { openRoot, findRoot } from './host/root.js'
       for (const open of [openRoot, findRoot]) {
         for (const path of process.argv.slice(2)) {
           try { open(path, ${JSON.stringify(PRECIOUS)}) }
           catch (error) { console.log(error.name + ' ' + error.message) }
         }
       }`,
    )
    const user = secondUser() ?? { uid: 0, gid: 0 }
    const { stdout } = await scene().must(process.execPath, [script, ...paths], user)
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(4)
    for (const [index, line] of lines.entries()) {
      expect(line).toMatch(/^GuardError .*EACCES/)
      expect(line).toContain(paths[index % 2])
    }
  })
})

describe('file systems', () => {
  test.each([
    [0x69_69, 'NFS'],
    [0xff_53_4d_42, 'CIFS'],
    [0xff_53_4d_42 | 0, 'CIFS'],
    [0xfe_53_4d_42 | 0, 'SMB2'],
    [0x51_7b, 'SMB'],
    [0x01_02_19_97, '9p'],
    [0x65_73_55_46, 'FUSE'],
    [0x00_c3_64_00, 'Ceph'],
    [0x53_46_41_4f, 'AFS'],
    [0x5a_a5_6f_74, 'Lustre'],
    [0x01_16_19_70, 'GFS2'],
  ])('of the number %p are refused as %s', (type, name) => {
    expect(refusedType(type)).toBe(name)
  })

  test.each([
    ['ext4', 0xef_53],
    ['xfs', 0x58_46_53_42],
    ['btrfs', 0x91_23_68_3e | 0],
    ['tmpfs', 0x01_02_19_94],
    ['zfs', 0x2f_c1_2f_c1],
    ['f2fs', 0xf2_f5_20_10],
    ['overlay', 0x79_4c_76_30],
  ])('called %s are local disks', (_, type) => {
    expect(refusedType(type)).toBeNull()
  })

  needs('root', 'fuse').describe('that are FUSE', () => {
    test('are refused, on the spot and below', async () => {
      const base = scene().directory()
      const mounted = `${base}/mounted`
      mkdirSync(`${base}/disk`)
      mkdirSync(mounted)
      await scene().must('bindfs', [`${base}/disk`, mounted])
      expectRefused(mounted, `${base}/disk`, /it lies on FUSE/)
      expectRefused(`${mounted}/a/targets`, `${base}/disk`, /it lies on FUSE/)
    })
  })
})

test('the nearest directory that exists is the path itself, or above it', () => {
  const base = scene().directory()
  expect(nearestExisting(base)).toBe(base)
  expect(nearestExisting(`${base}/a/b/c`)).toBe(base)
})

import { spawnSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import {
  blockedSince,
  dropLease,
  endLease,
  markEnded,
  findLease,
  readEndedLeases,
  readLeases,
  takeLease,
  writeLease,
} from '../../src/host/leases.ts'
import { controlName } from '../../src/host/root.ts'
import type { Root } from '../../src/host/root.ts'
import { errnoOf } from '../../src/plan/guard-error.ts'
import { runnerPrefix } from '../../src/plan/naming.ts'
import { needs } from '../e2e/capabilities.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { aLease, aRecord, aRunnerKey, anEnd, anId } from '../helpers/lease.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const lease = aLease()
const { id } = lease
const TAKEN = { workflow: 'ci.yml', leg: '0123456789ab' }

function file(root: Root, name: string): string {
  return controlName(root, 'leases', name)
}

function names(root: Root): string[] {
  return readdirSync(controlName(root, 'leases')).toSorted()
}

/** All leases of the root. */
function read(root: Root, prefix = ''): ReturnType<typeof readLeases> {
  return readLeases(root, prefix, Date.now())
}

describe('a lease', () => {
  test('is written whole, under one name, and read back', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    expect(names(root)).toEqual([`${id}.json`])
    expect(read(root)).toEqual({ records: [aRecord(lease)], leftovers: [] })
    expect(findLease(root, id)).toEqual(aRecord(lease))
    expect(findLease(root, anId(2))).toBeNull()
  })

  test('leaves nothing where it cannot be written', () => {
    const root = aRoot(scene())
    mkdirSync(file(root, `${id}.json`))
    expect(caught(() => writeLease(root, lease))).not.toBeNull()
    expect(names(root)).toEqual([`${id}.json`])
  })

  test('ends once, with its end record; its own file stays as it was', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    const text = readFileSync(file(root, `${id}.json`), 'utf8')
    const end = anEnd({ result: 'failure' })
    expect(endLease(root, id, end)).toBe(true)
    expect(names(root)).toEqual([`${id}.end`, `${id}.ended`])
    expect(readFileSync(file(root, `${id}.ended`), 'utf8')).toBe(text)
    expect(findLease(root, id)).toEqual(aRecord(lease, end))
    expect(endLease(root, id, end)).toBe(false)
    expect(read(root).records).toEqual([aRecord(lease, end)])
  })

  test('that was never written does not end', () => {
    expect(endLease(aRoot(scene()), id, anEnd())).toBe(false)
  })

  test('ends although no end record can be written', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    mkdirSync(file(root, `${id}.end`))
    expect(endLease(root, id, anEnd())).toBe(true)
    expect(findLease(root, id)).toEqual(aRecord(lease, null))
  })

  test('has not ended well that expires at this moment, as its slot is being deleted', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    const ending = {
      ...anEnd(),
      get wallMs() {
        markEnded(root, id)
        return 1
      },
    }
    expect(endLease(root, id, ending)).toBe(false)
    expect(findLease(root, id)).toMatchObject({ state: 'ended', end: null })
  })

  test('of which both names are there has ended', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    writeFileSync(file(root, `${id}.ended`), readFileSync(file(root, `${id}.json`)))
    expect(read(root).records).toEqual([aRecord(lease, null)])
  })

  test('is taken by one of many steps', async () => {
    const root = aRoot(scene())
    const script = writeProgram(
      scene(),
      `${OPEN_ROOT}
       import { takeLease } from './host/leases.js'
       console.log(takeLease(root, '${id}', { workflow: 'ci.yml', leg: '' }) === '')`,
    )
    const words = [script, root.path]
    const runs = Array.from({ length: 6 }, async () => scene().must(process.execPath, words))
    const said = (await Promise.all(runs)).map(({ stdout }) => stdout.trim())
    expect(said.toSorted()).toEqual([...Array.from({ length: 5 }, () => 'false'), 'true'])
    expect(takeLease(root, id, TAKEN)).toBeNull()
  }, 30_000)

  test('is of the job that the step knew which took it, live and ended', () => {
    const root = aRoot(scene())
    const hooked = aLease({ madeBy: 'hook', job: { workflow: '' } })
    writeLease(root, hooked)
    expect(findLease(root, id)?.lease).toEqual(hooked)
    takeLease(root, id, TAKEN)
    expect(takeLease(root, id, { workflow: 'release.yml', leg: '' })).toBeNull()
    const taken = { ...hooked, ...TAKEN }
    expect(findLease(root, id)?.lease).toEqual(taken)
    endLease(root, id, anEnd())
    expect(read(root).records).toEqual([aRecord(taken, anEnd())])
    expect(readEndedLeases(root)).toEqual([aRecord(taken, anEnd())])
  })

  test.each(['', '{', '[]', '{"version":2,"workflow":"x","leg":"y"}', '{"version":1,"leg":7}'])(
    'taken with the note %j is of the job that the hook knew',
    (text) => {
      const root = aRoot(scene())
      const hooked = aLease({ madeBy: 'hook' })
      writeLease(root, hooked)
      writeFileSync(file(root, `${id}.taken`), text)
      expect(findLease(root, id)?.lease).toEqual(hooked)
    },
  )

  needs('root').test('is taken also where the disk has no room to say by whom', async () => {
    const full = scene().directory('full')
    await scene().must('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', full])
    const root = aRoot(scene(), full)
    const hooked = aLease({ madeBy: 'hook' })
    writeLease(root, hooked)
    const fill = caught(() => writeFileSync(`${full}/filler`, Buffer.alloc(2 * 1024 * 1024)))
    expect(errnoOf(fill)).toBe('ENOSPC')
    expect(takeLease(root, id, TAKEN)).toContain('ENOSPC')
    expect(takeLease(root, id, TAKEN)).toBeNull()
    expect(findLease(root, id)?.lease).toEqual(hooked)
  })

  test('that a step made is of no other job, whatever lies beside it', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    takeLease(root, id, TAKEN)
    expect(findLease(root, id)?.lease).toEqual(lease)
  })

  test('remembers since when it is blocked', () => {
    const root = aRoot(scene())
    expect(blockedSince(root, id, 1000)).toBe(1000)
    expect(blockedSince(root, id, 2000)).toBe(1000)
    writeFileSync(file(root, `${id}.blocked`), 'x')
    expect(blockedSince(root, id, 3000)).toBe(3000)
  })

  test.each([true, false])('goes with all its companions, to the trash: %p', (keepInTrash) => {
    const root = aRoot(scene())
    writeLease(root, lease)
    takeLease(root, id, TAKEN)
    blockedSince(root, id, 1000)
    endLease(root, id, anEnd())
    dropLease(root, id, keepInTrash)
    expect(names(root)).toEqual([])
    expect(existsSync(controlName(root, 'trash', `${id}.lease`))).toBe(keepInTrash)
    dropLease(root, id, keepInTrash)
  })
})

describe('the folder of leases', () => {
  test('is read for one runner alone', () => {
    const root = aRoot(scene())
    const key = aRunnerKey('runner-2')
    const other = aLease({ id: anId(1, key), owner: { runner: { name: 'runner-2', key } } })
    for (const each of [lease, other]) writeLease(root, each)
    expect(read(root, runnerPrefix(key)).records).toEqual([aRecord(other)])
    expect(read(root).records).toHaveLength(2)
  })

  test('of 10,000 is read whole', () => {
    const root = aRoot(scene())
    const text = JSON.stringify(lease)
    for (let n = 1; n <= 10_000; n += 1) {
      const each = anId(n)
      writeFileSync(file(root, `${each}.json`), text.replaceAll(id, each))
    }
    const { records } = read(root)
    expect(records).toHaveLength(10_000)
    expect(records.filter((record) => record.lease === null)).toEqual([])
  }, 60_000)

  test('is read whatever is planted in it', () => {
    const root = aRoot(scene())
    const victim = `${scene().directory('victim')}/lease`
    writeFileSync(victim, JSON.stringify(lease))
    spawnSync('mkfifo', [file(root, `${anId(1)}.json`)])
    symlinkSync(victim, file(root, `${anId(2)}.json`))
    mkdirSync(file(root, `${anId(3)}.json`))
    writeFileSync(file(root, `${anId(4)}.json`), '')
    writeFileSync(file(root, `${anId(5)}.json`), JSON.stringify(lease))
    writeFileSync(file(root, `${anId(6)}.json`), '')
    truncateSync(file(root, `${anId(6)}.json`), 2 ** 40)
    symlinkSync('/dev/zero', file(root, `${anId(7)}.json`))
    const { records } = read(root)
    const problems = records
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map((record) => [record.lease, record.slot, record.problem])
    expect(problems).toEqual([
      [null, null, 'it is not a regular file'],
      [null, null, expect.stringContaining('ELOOP')],
      [null, null, 'it is not a regular file'],
      [null, null, 'the file is empty'],
      [null, null, 'its id is not the one in its file name'],
      [null, null, `it has ${2 ** 40} bytes`],
      [null, null, expect.stringContaining('ELOOP')],
    ])
  })

  test('with other files in it is read as if they were not there', () => {
    const root = aRoot(scene())
    for (const name of ['README', 'x.json', '.hidden', id, `${id.slice(1)}.json`, 'ü.json']) {
      writeFileSync(file(root, name), '')
      utimesSync(file(root, name), 1000, 1000)
    }
    expect(read(root)).toEqual({ records: [], leftovers: [] })
  })
})

/** Plants an unfinished lease and a companion without one, of this age. */
function plant(root: Root, ageS: number): void {
  const then = Date.now() / 1000 - ageS
  for (const name of [`.${anId(1)}.tmp`, `${anId(2)}.taken`, `${anId(3)}.end`]) {
    writeFileSync(file(root, name), '')
    utimesSync(file(root, name), then, then)
  }
}

describe('left-over files', () => {
  test('are left alone for an hour', () => {
    const root = aRoot(scene())
    plant(root, 3500)
    expect(read(root).leftovers).toEqual([])
  })

  test.each([3700, -3700])('may go at an age of %i s, by whatever clock', (age) => {
    const root = aRoot(scene())
    plant(root, age)
    expect(read(root).leftovers.toSorted()).toEqual([
      `.${anId(1)}.tmp`,
      `${anId(2)}.taken`,
      `${anId(3)}.end`,
    ])
  })

  test('are not what belongs to a lease', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    takeLease(root, id, TAKEN)
    endLease(root, id, anEnd())
    for (const name of names(root)) utimesSync(file(root, name), 1000, 1000)
    expect(read(root).leftovers).toEqual([])
  })

  test('of this very runner go at once: it writes no other lease now', () => {
    const root = aRoot(scene())
    writeFileSync(file(root, `.${id}.tmp`), '')
    expect(read(root, runnerPrefix(aRunnerKey())).leftovers).toEqual([`.${id}.tmp`])
    expect(read(root, runnerPrefix(aRunnerKey('runner-2'))).leftovers).toEqual([])
  })
})

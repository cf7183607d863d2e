import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import { linkFormerPath } from '../../src/host/former-paths.ts'
import { writeRecord } from '../../src/host/lease-companions.ts'
import { dropLease, writeLease } from '../../src/host/leases.ts'
import { makeSlot } from '../../src/host/slots.ts'
import {
  forgetEntry,
  hasTrash,
  isInTrash,
  listTrash,
  moveToTrash,
  quarantine,
} from '../../src/host/trash.ts'
import { controlName } from '../../src/host/root.ts'
import { COLD, encodeRecord } from '../../src/plan/build-record.ts'
import { useScene } from '../e2e/use-scene.ts'
import { caught } from '../helpers/caught.ts'
import { aLease, anId } from '../helpers/lease.ts'
import { aRoot } from '../helpers/root.ts'

const scene = useScene()
const lease = aLease()
const { id, slot } = lease

describe('taking a slot out of service', () => {
  test('is one rename: the same directory lies in the trash', () => {
    const root = aRoot(scene())
    makeSlot(root, slot, () => {})
    writeFileSync(`${root.path}/${slot}/file`, 'built')
    expect(moveToTrash(root, slot, id)).toBe(true)
    expect(existsSync(`${root.path}/${slot}`)).toBe(false)
    expect(readFileSync(`${controlName(root, 'trash', id)}/file`, 'utf8')).toBe('built')
  })

  test('is done once', () => {
    const root = aRoot(scene())
    expect(moveToTrash(root, slot, id)).toBe(false)
    makeSlot(root, slot, () => {})
    expect(moveToTrash(root, slot, id)).toBe(true)
    expect(moveToTrash(root, slot, id)).toBe(false)
  })

  test('takes a link that was put in the slot’s place, not what it leads to', () => {
    const root = aRoot(scene())
    const victim = scene().directory('victim')
    makeSlot(root, slot, () => {})
    renameSync(`${root.path}/${slot}`, `${victim}/moved`)
    symlinkSync(victim, `${root.path}/${slot}`)
    expect(moveToTrash(root, slot, id)).toBe(true)
    expect(readdirSync(victim)).toEqual(['moved'])
  })

  test.each([
    ['takes the link of nobody’s heir', [], true],
    ['leaves the link of who has inherited it', [slot], false],
  ])('%s', (_, former, isTaken) => {
    const root = aRoot(scene())
    const heir = aLease({ id: anId(2) })
    makeSlot(root, heir.slot, () => {})
    writeRecord(root, heir.id, '.seed', encodeRecord({ ...COLD, former }))
    makeSlot(root, slot, () => {})
    rmdirSync(`${root.path}/${slot}`)
    expect(linkFormerPath(root, slot, heir.slot)).toBe(true)
    expect([moveToTrash(root, slot, id), isInTrash(root, id)]).toEqual([isTaken, isTaken])
    expect(existsSync(`${root.path}/${heir.slot}`)).toBe(true)
  })

  test('never replaces what lies in the trash', () => {
    const root = aRoot(scene())
    makeSlot(root, slot, () => {})
    mkdirSync(`${controlName(root, 'trash', id)}/older`, { recursive: true })
    expect(caught(() => moveToTrash(root, slot, id))).toMatchObject({
      code: expect.stringMatching(/ENOTEMPTY|EEXIST/),
    })
    expect(existsSync(`${root.path}/${slot}`)).toBe(true)
  })
})

describe('the trash', () => {
  test('lists entries with the slot they were, as long as their lease lies beside them', () => {
    const root = aRoot(scene())
    writeLease(root, lease)
    makeSlot(root, slot, () => {})
    moveToTrash(root, slot, id)
    dropLease(root, id, true)
    mkdirSync(controlName(root, 'trash', anId(2)))
    writeFileSync(controlName(root, 'trash', 'something-else'), '')
    const listed = listTrash(root).toSorted((a, b) => (a.id < b.id ? -1 : 1))
    expect(listed).toEqual([
      { id, quarantine: null, slot },
      { id: anId(2), quarantine: null, slot: null },
    ])
  })

  test('keeps what was noted of an entry first', () => {
    const root = aRoot(scene())
    mkdirSync(controlName(root, 'trash', id))
    const first = quarantine(root, id, { reason: 'mounted', command: 'umount' })
    const again = quarantine(root, id, { reason: 'immutable', command: 'chattr' })
    expect(again).toEqual({ reason: 'immutable', command: 'chattr', since: first.since })
    expect(listTrash(root)).toEqual([{ id, quarantine: again, slot: null }])
  })

  test.each(['', '{', '[]', '{"reason":7,"command":7,"since":"x"}'])(
    'is listed whatever lies in a note: %j',
    (text) => {
      const root = aRoot(scene())
      mkdirSync(controlName(root, 'trash', id))
      writeFileSync(controlName(root, 'trash', `${id}.quarantine`), text)
      writeFileSync(controlName(root, 'trash', `${id}.lease`), text)
      expect(listTrash(root)).toMatchObject([{ id, slot: null }])
    },
  )

  test('loses notes whose entry is gone, and no others', () => {
    const root = aRoot(scene())
    mkdirSync(controlName(root, 'trash', id))
    quarantine(root, id, { reason: 'mounted', command: 'umount' })
    quarantine(root, anId(2), { reason: 'mounted', command: 'umount' })
    listTrash(root)
    expect(readdirSync(controlName(root, 'trash')).toSorted()).toEqual([id, `${id}.quarantine`])
  })

  test('has work for a reaper unless all is in quarantine', () => {
    const root = aRoot(scene())
    expect(hasTrash(root)).toBe(false)
    mkdirSync(controlName(root, 'trash', id))
    expect(hasTrash(root)).toBe(true)
    quarantine(root, id, { reason: 'mounted', command: 'umount' })
    expect(hasTrash(root)).toBe(false)
    mkdirSync(controlName(root, 'trash', anId(2)))
    expect(hasTrash(root)).toBe(true)
  })

  test('forgets an entry with its notes', () => {
    const root = aRoot(scene())
    writeFileSync(controlName(root, 'trash', `${id}.lease`), '')
    quarantine(root, id, { reason: 'mounted', command: 'umount' })
    forgetEntry(root, id)
    forgetEntry(root, id)
    expect(readdirSync(controlName(root, 'trash'))).toEqual([])
  })

  test('knows an entry that is a link or a file too', () => {
    const root = aRoot(scene())
    symlinkSync('/nowhere', controlName(root, 'trash', id))
    expect(isInTrash(root, id)).toBe(true)
    expect(isInTrash(root, anId(2))).toBe(false)
  })
})

import {
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { encodeLine } from '../../src/plan/history.ts'
import { aLine } from '../helpers/history.ts'
import { listing } from '../helpers/listing.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** A host after one job, with its root's own folder. */
async function used(): Promise<{ host: GuardedHost; control: string }> {
  const host = new GuardedHost(scene())
  await Runner.install(scene())
    .start()
    .job({ steps: [host.step()] }).result
  return { host, control: path.join(host.root, '.target-guard') }
}

test('links planted at the names of files that are replaced lead nowhere', async () => {
  const { host, control } = await used()
  const canary = path.join(scene().directory('outside'), 'canary')
  writeFileSync(canary, 'untouched')
  const id = '0123456789abcdef01234567'
  mkdirSync(path.join(control, 'trash', id))
  await scene().must('mount', ['-t', 'tmpfs', 'none', path.join(control, 'trash', id)])
  renameSync(path.join(control, 'heartbeat.json'), path.join(control, 'was'))
  symlinkSync(canary, path.join(control, 'heartbeat.json'))
  symlinkSync(canary, path.join(control, 'trash', `${id}.quarantine`))
  expect((await host.cli(['sweep'])).exitCode).toBe(0)
  expect(readFileSync(canary, 'utf8')).toBe('untouched')
  for (const name of ['heartbeat.json', `trash/${id}.quarantine`]) {
    expect(lstatSync(path.join(control, name)).isFile()).toBe(true)
  }
})

test('a FIFO at the name of a file that is read holds nobody up', async () => {
  const { host, control } = await used()
  const id = '0123456789abcdef01234567'
  mkdirSync(path.join(control, 'trash', id))
  const fifos = ['heartbeat.json', `trash/${id}.lease`, `leases/${id}.json`]
  for (const name of fifos) {
    await scene().must('rm', ['-f', path.join(control, name)])
    await scene().must('mkfifo', [path.join(control, name)])
  }
  for (const command of ['status', 'explain', 'sweep', 'doctor']) {
    expect((await host.cli([command])).exitCode).toBe(0)
  }
})

test.each(['leases', 'trash'])('a link in place of %s is refused, not followed', async (name) => {
  const { host, control } = await used()
  const outside = scene().directory('outside')
  const id = '0123456789abcdef01234567'
  mkdirSync(path.join(outside, id))
  renameSync(path.join(control, name), path.join(control, 'was'))
  symlinkSync(outside, path.join(control, name))
  for (const command of ['sweep', 'reap', 'status']) {
    expect((await host.cli([command])).exitCode).not.toBe(0)
  }
  expect(lstatSync(path.join(outside, id)).isDirectory()).toBe(true)
})

/** Neither root nor an account of this machine. */
const OWNER = 12_345
const ID = 'fedcba9876543210fedcba98'
const UUID = '00000000-0000-4000-8000-000000000000'

/** What a pass deletes, moves, replaces or adds to where it finds it in a folder of its own. */
function fillWithBait(folder: string): void {
  for (const name of [
    ID,
    `db.${UUID}`,
    '0',
    `000000000001-${UUID}`,
    'critical',
    'octo--demo.jsonl',
  ])
    writeFileSync(path.join(folder, name), `${name}\n`)
  const longAgo = new Date(Date.now() - 3 * 3_600_000)
  utimesSync(path.join(folder, `db.${UUID}`), longAgo, longAgo)
  for (const name of ['0123456789abcdef01234567', 'octo--demo']) {
    mkdirSync(path.join(folder, name, ID), { recursive: true })
    writeFileSync(path.join(folder, name, ID, 'file'), 'mine')
  }
}

/** Puts something in the place of a folder, as its owner would. */
async function plant(kind: string, place: string, outside: string): Promise<void> {
  if (existsSync(place)) renameSync(place, `${place}.was`)
  if (kind === 'link') symlinkSync(outside, place)
  else if (kind === 'FIFO') await scene().must('mkfifo', [place])
  else writeFileSync(place, '')
  lchownSync(place, OWNER, OWNER)
}

/** An end that is not told yet: it makes a line in the history. */
function forgeEnding(control: string, id: string): void {
  const line = encodeLine(aLine({ id, repository: 'octo/evil' }))
  const file = path.join(control, 'ending', id)
  if (!lstatSync(path.dirname(file)).isDirectory()) return
  writeFileSync(file, `octo/evil/1/run-1/build-1-${id}\n${line}`)
  lchownSync(file, OWNER, OWNER)
}

const LATER = [
  'alerts',
  'snapshots',
  'seeding',
  'times',
  'history',
  'ending',
  'waiting',
  'reserve.d',
]

/** After a job and a sweep; then all of it is that user’s. */
async function lent(): Promise<{ host: GuardedHost; control: string; outside: string }> {
  const { host, control } = await used()
  await host.cli(['sweep'])
  await scene().must('chown', ['-R', `${OWNER}:${OWNER}`, host.root])
  const outside = scene().directory('outside')
  fillWithBait(outside)
  return { host, control, outside }
}

needs('root').describe('in a root of another user’s, root', () => {
  const vital = ['leases', 'trash']

  /** Root does what it does in a root; nothing outside is another, and each folder is named. */
  async function expectNowhere(kind: string, names: readonly string[]): Promise<void> {
    const { host, control, outside } = await lent()
    for (const name of names) await plant(kind, path.join(control, name), outside)
    forgeEnding(control, ID)
    const before = listing(outside)
    const isVital = names.some((name) => vital.includes(name))
    const commands = ['sweep', 'status', 'doctor'] as const
    const results = []
    for (const command of commands) results.push(await host.cli([command]))
    expect(listing(outside)).toEqual(before)
    for (const [index, { exitCode, stdout, stderr }] of results.entries()) {
      for (const name of names) {
        const said = isVital ? name : `.target-guard/${name} is left alone`
        expect(`${stdout}${stderr}`).toContain(said)
      }
      expect(exitCode === 0).toBe(!isVital && commands[index] !== 'doctor')
    }
    const runner = Runner.install(scene()).start()
    const job = await runner.job({ steps: [host.step()] }).result
    expect(listing(outside)).toEqual(before)
    for (const name of names) expect(String(job)).toContain(name)
    expect(job.conclusion).toBe(isVital ? 'failure' : 'success')
  }

  test.each([...vital, ...LATER])('goes nowhere by a link in place of %s, and says so', (name) =>
    expectNowhere('link', [name]),
  )

  test.each(['FIFO', 'file'])('does nothing in a %s in place of a folder, and says so', (kind) =>
    expectNowhere(kind, LATER),
  )

  test('makes anew what is not there, as that user’s', async () => {
    const { host, control } = await lent()
    for (const name of LATER) await scene().must('rm', ['-r', path.join(control, name)])
    expect(await host.cli(['sweep'])).toMatchObject({ exitCode: 0, stderr: '' })
    for (const name of [...LATER, 'alerts/critical']) {
      expect(lstatSync(path.join(control, name))).toMatchObject({ uid: OWNER, gid: OWNER })
    }
    expect(lstatSync(path.join(control, 'alerts/critical')).mtimeMs).toBe(0)
  })

  test('follows no link within such a folder', async () => {
    const { host, control, outside } = await lent()
    const links = {
      [`ending/${'1'.repeat(24)}`]: ID,
      [`times/db.${UUID}`]: `db.${UUID}`,
      [`seeding/${'2'.repeat(24)}`]: 'octo--demo',
      'snapshots/octo--demo': 'octo--demo',
      'history/octo--evil.jsonl': 'octo--demo.jsonl',
      [`waiting/000000000001-${UUID}`]: `000000000001-${UUID}`,
      'reserve.d/0': '0',
    }
    for (const [name, to] of Object.entries(links)) {
      await plant('link', path.join(control, name), path.join(outside, to))
    }
    await plant('link', path.join(control, 'alerts/critical'), path.join(outside, 'critical'))
    forgeEnding(control, ID)
    const before = listing(outside)
    expect((await host.cli(['sweep'])).exitCode).toBe(0)
    expect(listing(outside)).toEqual(before)
    const history = path.join(control, 'history/octo--evil.jsonl')
    expect(lstatSync(history)).toMatchObject({ uid: OWNER })
    expect(readFileSync(history, 'utf8')).toContain(ID)
  })
})

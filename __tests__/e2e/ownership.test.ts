import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { cargoTree } from '../helpers/cargo-tree.ts'
import { needs } from './capabilities.ts'
import { lendDocker } from './containers.ts'
import { GuardedHost, annotationsOf, slotOf } from './guard.ts'
import { HELPED, allowSudo, hostOf, idsOf, ordinaryUser, ownerOf } from './ordinary-user.ts'
import { TEST_IMAGE, testImage } from './runner/image.ts'
import { push } from './runner/events.ts'
import type { User } from './runner/installation.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

/** Someone who is neither root nor an account of this machine. */
const BUILDER = '54321:54322'

/** One job of a new runner with one step of ours. */
async function runGuard(
  host: GuardedHost,
  inputs: Readonly<Record<string, string>>,
  user?: User,
  env: Readonly<Record<string, string>> = {},
): Promise<JobResult> {
  const options = user === undefined ? {} : { user: { uid: user.uid, gid: user.gid } }
  const runner = Runner.install(scene(), options).start({ env })
  return runner.job({ steps: [host.step({ with: inputs })] }).result
}

/** Every directory that lies between the root and a slot, outermost first. */
function parentsOf(host: GuardedHost, slot: string): string[] {
  const names = path.relative(host.root, slot).split('/').slice(0, -1)
  return names.map((_, index) => path.join(host.root, ...names.slice(0, index + 1)))
}

needs('root', 'second-user').describe('as root', () => {
  test.each([
    ['numbers', () => BUILDER, () => BUILDER],
    ['a number alone, of nobody here', () => '54321', () => '54321:54321'],
    [
      'the number of an account',
      () => String(ordinaryUser().uid),
      () => `${ordinaryUser().uid}:${ordinaryUser().gid}`,
    ],
    ['names', () => `${ordinaryUser().name}:daemon`, () => `${ordinaryUser().uid}:1`],
    ['a name alone', () => HELPED, () => `${idsOf(HELPED).uid}:${idsOf(HELPED).gid}`],
    ['a name and a number', () => `${ordinaryUser().name}:77`, () => `${ordinaryUser().uid}:77`],
  ])('the run dir and the slot belong to the owner, given by %s', async (_, owner, ids) => {
    const host = new GuardedHost(scene())
    const slot = slotOf(await runGuard(host, { owner: owner() }))
    const parents = parentsOf(host, slot)
    expect(await Promise.all([...parents, slot].map((each) => ownerOf(scene(), each)))).toEqual([
      '0:0',
      '0:0',
      '0:0',
      ids(),
      ids(),
    ])
  })

  test('nothing that was there before is given away, whatever it holds', async () => {
    const host = new GuardedHost(scene())
    const first = slotOf(await runGuard(host, { owner: '54321:54321' }))
    const parents = parentsOf(host, first)
    const before = await Promise.all([...parents, first].map((each) => ownerOf(scene(), each)))
    const second = slotOf(await runGuard(host, { owner: BUILDER }))

    expect(path.dirname(second)).toBe(path.dirname(first))
    expect(await ownerOf(scene(), second)).toBe(BUILDER)
    const after = await Promise.all([...parents, first].map((each) => ownerOf(scene(), each)))
    expect(after).toEqual(before)
    expect(before.at(-1)).toBe('54321:54321')
  })

  test.each([
    ['user', 'no-such-user:0'],
    ['group', '0:no-such-group'],
  ])('a %s that nobody knows is an error before anything is touched', async (kind, owner) => {
    const host = new GuardedHost(scene())
    const result = await runGuard(host, { owner })
    expect(result.conclusion).toBe('failure')
    const unknown = owner.split(':').find((each) => each.startsWith('no-such'))
    expect(annotationsOf(result.step('Pre guard'), 'error').join()).toContain(
      `The input owner names the ${kind} "${unknown}", which this host does not know.`,
    )
    expect(existsSync(host.root)).toBe(false)
  })
})

needs('root', 'second-user').describe('as an ordinary user', () => {
  test('one’s own ids need no help', async () => {
    const user = ordinaryUser()
    const host = hostOf(scene(), user)
    const inputs = { owner: `${user.uid}:${user.gid}`, 'privileged-helper': 'none' }
    const result = await runGuard(host, inputs, user)
    expect(String(result)).toContain('job: success')
    expect(await ownerOf(scene(), slotOf(result))).toBe(`${user.uid}:${user.gid}`)
  })

  test.each(['none', 'auto', 'sudo', 'docker'])(
    'another’s are refused without help, and nothing is left (privileged-helper %s)',
    async (helper) => {
      const user = ordinaryUser()
      const host = hostOf(scene(), user)
      const inputs = { owner: BUILDER, 'privileged-helper': helper }
      const result = await runGuard(host, inputs, user)
      expect(result.conclusion).toBe('failure')
      const said = annotationsOf(result.step('Pre guard'), 'error').join()
      expect(said).toContain(`cannot be given to ${BUILDER} by uid ${user.uid}`)
      expect(said).toMatch(/Three ways out: .*as root; .*sudo .*; or set helper-image/)
      expect(result.step('Post guard').outcome).toBe('success')
      expect(readdirSync(host.root)).toEqual(['.target-guard'])
      expect([host.control('leases'), host.control('trash')]).toEqual([[], []])
    },
  )

  needs('sudo').test('sudo gives slots away and takes them out of service again', async () => {
    const user = idsOf(HELPED)
    const host = hostOf(scene(), user)
    allowSudo(scene(), host.root)
    await liveWith(host, user, { 'privileged-helper': 'sudo' }, {})
  })

  needs('sudo').test(
    'what another builds there is no snapshot, and no reason for a warning',
    async () => {
      const user = idsOf(HELPED)
      const host = hostOf(scene(), user)
      allowSudo(scene(), host.root)
      const runner = Runner.install(scene(), { user: { uid: user.uid, gid: user.gid } }).start()
      const built = 'until [ -e "$CARGO_TARGET_DIR/.rustc_info.json" ]; do sleep 0.05; done'
      const steps = [
        host.step({ with: { owner: BUILDER, 'privileged-helper': 'sudo' } }),
        { name: 'build', run: built },
      ]
      const job = runner.job({ event: push(), steps })
      await waitFor(() => host.slots().length === 1)
      const [slot = ''] = host.slots()
      cargoTree(slot)
      const outputs = { 1: { success: true, stdout: 'rustc 1.0.0\nhost: nowhere\n' } }
      writeFileSync(`${slot}/.rustc_info.json`, JSON.stringify({ outputs }))
      await scene().must('chown', ['-R', BUILDER, slot])
      const result = await job.result
      const post = result.step('Post guard')
      expect(post.stdout).toContain('no snapshot: it belongs to another user than this step’s')
      expect(annotationsOf(post, 'warning')).toEqual([])
      expect(existsSync(slot)).toBe(true)
    },
  )

  needs('docker').test('so does a container of the helper image', async () => {
    const user = ordinaryUser()
    const host = hostOf(scene(), user)
    testImage()
    const inputs = { 'privileged-helper': 'docker', 'helper-image': TEST_IMAGE }
    await liveWith(host, user, inputs, { DOCKER_HOST: await lendDocker(scene()) })
  })
})

needs('root').describe('the hook’s slot', () => {
  test('is given to the owner that a step names, while it is empty', async () => {
    const host = new GuardedHost(scene())
    const runner = await withHooks(host)
    const result = await runner.job({ steps: [host.step({ with: { owner: BUILDER } })] }).result
    const hooked = result.phase('started-hook')[0]?.exports['CARGO_TARGET_DIR'] ?? ''
    expect(slotOf(result)).toBe(hooked)
    expect(await ownerOf(scene(), hooked)).toBe(BUILDER)
    expect(host.leases()).toHaveLength(1)
  })

  test('stays as it is once something is in it: the step gets one of its own', async () => {
    const host = new GuardedHost(scene())
    const runner = await withHooks(host)
    const result = await runner.job({
      steps: [
        { run: 'echo mine > "$CARGO_TARGET_DIR/file"' },
        host.step({ viaPath: './', with: { owner: BUILDER } }),
        { name: 'after', run: 'stat --format=%u:%g "$CARGO_TARGET_DIR"' },
      ],
    }).result
    expect(String(result)).toContain('job: success')
    const hooked = result.phase('started-hook')[0]?.exports['CARGO_TARGET_DIR'] ?? ''
    expect(slotOf(result)).not.toBe(hooked)
    expect(result.step('after').stdout).toBe(`${BUILDER}\n`)
    expect(await ownerOf(scene(), hooked)).toBe('0:0')
    expect(await ownerOf(scene(), path.join(hooked, 'file'))).toBe('0:0')
  })
})

needs('root').describe('a link planted between making a directory and giving it away', () => {
  test.each([
    ['the run dir', '^run-1001$'],
    ['the slot', '-[0-9a-f]{24}$'],
  ])('is never followed: in the place of %s', async (_, name) => {
    const host = new GuardedHost(scene())
    const canary = path.join(scene().directory('canary'), 'empty')
    mkdirSync(canary)
    const before = statSync(canary)
    const preload = new URL('preload/plant-link.mjs', import.meta.url).href
    const result = await runGuard(host, { owner: BUILDER }, undefined, {
      NODE_OPTIONS: `--import=${preload}`,
      TG_PLANT_NAME: name,
      TG_PLANT_TARGET: canary,
    })

    expect(result.conclusion).toBe('failure')
    expect(annotationsOf(result.step('Pre guard'), 'error').join()).toMatch(/cannot be made/)
    const { uid, gid, ctimeMs } = statSync(canary)
    expect([uid, gid, ctimeMs]).toEqual([before.uid, before.gid, before.ctimeMs])
    expect(readdirSync(canary)).toEqual([])
  })
})

/** Two jobs of one run for another builder, then one that retires what both left. */
async function liveWith(
  host: GuardedHost,
  user: User,
  inputs: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>>,
): Promise<void> {
  const options = { user: { uid: user.uid, gid: user.gid } }
  const [one, two] = ['one', 'two'].map((name) =>
    Runner.install(scene(), { ...options, name }).start({ env }),
  )
  const steps = [host.step({ with: { owner: BUILDER, ...inputs } })]
  const results = [
    await one?.job({ runId: '1', steps }).result,
    await two?.job({ runId: '1', steps }).result,
  ]
  for (const result of results) {
    expect(String(result)).toContain('job: success')
    if (result) expect(await ownerOf(scene(), slotOf(result))).toBe(BUILDER)
  }
  const last = [host.step({ with: { owner: BUILDER, 'keep-per-pr': '0', ...inputs } })]
  for (const runner of [one, two]) {
    const result = await runner?.job({ runId: '2', steps: last }).result
    expect(String(result)).toContain('job: success')
  }
  expect(host.slots()).toEqual([])
  expect(readdirSync(host.root)).toEqual(['.target-guard'])
  await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
}

/** A started runner with our hooks. */
async function withHooks(host: GuardedHost): Promise<Runner> {
  const runner = Runner.install(scene())
  const installed = await host.cli(['install-hooks', runner.root, '--root', host.root])
  expect(installed.exitCode).toBe(0)
  return runner.start()
}

import { existsSync, statSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import { Gate } from '../fixtures/gate.ts'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import {
  NO_DOCKER,
  NotedContainer,
  lendDocker,
  nameOf,
  pidOf,
  removeContainer,
  startContainer,
  withHostPrograms,
} from './containers.ts'
import { GuardedHost, slotOf, tool } from './guard.ts'
import { HELPED, allowSudo, hostOf, idsOf, ordinaryUser, quarantineOf } from './ordinary-user.ts'
import { TEST_IMAGE, testImage } from './runner/image.ts'
import type { User } from './runner/installation.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

/** The waits of a cancel, shortened. */
const grace = { interruptMs: 100, terminateMs: 100, outputMs: 1000 }

const MOUNT = '--volume="$CARGO_TARGET_DIR:/workspace/target"'

needs('cargo', 'docker', 'root', 'second-user').describe('a docker step', () => {
  test.each([
    ['numbers', () => '1000:1000', () => '1000:1000'],
    ['a name', () => ordinaryUser().name, () => `${ordinaryUser().uid}:${ordinaryUser().gid}`],
  ])('builds as the owner, given by %s, the first time', async (_, owner, ids) => {
    const host = new GuardedHost(scene())
    const project = smallProject(scene().directory('project'))
    fetchDependencies(project)
    const look = 'stat --format="%u:%g %i" "$CARGO_TARGET_DIR"'
    const result = await Runner.install(scene())
      .start()
      .job({
        steps: [
          host.step({ with: { owner: owner(), snapshot: 'never' } }),
          { name: 'before', run: look },
          {
            name: 'build',
            run: `docker run --rm --network=none --user=${ids()} ${MOUNT} --volume=${project.directory}:/source:ro \
              --env=CARGO_TARGET_DIR=/workspace/target --workdir=/source \
              ${withHostPrograms().join(' ')} cargo build --offline`,
          },
          { name: 'after', run: look },
        ],
      }).result

    expect(String(result)).toContain('job: success')
    expect(result.step('before').stdout).toMatch(new RegExp(`^${ids()} `))
    expect(result.step('after').stdout).toBe(result.step('before').stdout)
    const { stdout } = await scene().must(path.join(slotOf(result), 'debug', project.binary))
    expect(stdout).toBe(project.prints)
  })
})

needs('docker', 'root').describe('a cancelled docker step whose container lives on', () => {
  test('keeps its slot and names the container; the next job retires it when that is gone', async () => {
    const host = new GuardedHost(scene())
    const noted = new NotedContainer(scene(), scene().directory('noted'))
    const runner = Runner.install(scene(), { grace }).start()
    const inside = `trap "" INT TERM; echo started
      while :; do date > /workspace/target/beat; sleep 0.05; done`
    const job = runner.job({
      runId: '1',
      steps: [
        host.step(),
        // With that namespace it shows among the host's own mounts, as it does where this is the default.
        // It minds no signal that the client passes on, so the runner kills the client, and only that.
        {
          name: 'endless',
          run: `exec docker run --ipc=shareable --network=none --cidfile=${noted.file} ${MOUNT} ${testImage()} sh -c '${inside}'`,
        },
      ],
    })
    await job.waitForStep(/started/)
    job.cancel()
    const result = await job.result
    const slot = slotOf(result)

    expect(result.step('endless').exitCode).toBe(137)
    const seen = statSync(path.join(slot, 'beat')).mtimeMs
    await waitFor(() => statSync(path.join(slot, 'beat')).mtimeMs > seen)
    const inUse = `container ${nameOf(noted.id)} (${noted.id.slice(0, 12)}) mounts it`
    const relative = path.relative(host.root, slot)
    expect(result.step('Post guard').stdout).toContain(
      `keep (blocked) ${relative}: its job ended (cancelled), but it is in use:`,
    )
    expect(result.step('Post guard').stdout).toContain(inUse)
    expect(host.heartbeat()['blocked']).toMatchObject([{ path: relative }])
    const explained = await host.cli(['explain', slot])
    expect(explained.stdout).toContain(inUse)

    const during = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(during.step('Pre guard').stdout).toContain(inUse)
    expect(existsSync(slot)).toBe(true)

    removeContainer(noted.id)
    const after = await runner.job({ runId: '3', steps: [host.step()] }).result
    expect(after.step('Pre guard').stdout).toContain(`retire ${relative}`)
    expect(existsSync(slot)).toBe(false)
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
  })

  test.each([
    ['root', () => null],
    ['an ordinary user', ordinaryUser],
  ])('without a word from docker its mounts tell %s', async (_, account) => {
    const user = account()
    const host = user === null ? new GuardedHost(scene()) : hostOf(scene(), user)
    const runner = installFor(user, { DOCKER_HOST: NO_DOCKER })
    const { result, container } = await cancelDuring(runner, host, async (slot) =>
      startContainer(scene(), [`--volume=${slot}:/t`, testImage(), 'sleep', '600']),
    )
    const pid = pidOf(container)

    expect(result.step('Post guard').stdout).toMatch(
      new RegExp(`pid ${pid} \\(\\w+\\) runs in a container that mounts it`),
    )
    expect(existsSync(slotOf(result))).toBe(true)
    removeContainer(container)
    const next = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(next.step('Pre guard').stdout).toContain('retire ')
    expect(existsSync(slotOf(result))).toBe(false)
  })

  needs('cargo', 'second-user').test(
    'without a word from docker Cargo’s lock tells, across containers',
    async () => {
      const user = ordinaryUser()
      const host = hostOf(scene(), user)
      const runner = installFor(user, { DOCKER_HOST: NO_DOCKER })
      const project = smallProject(scene().directory('project'))
      fetchDependencies(project)
      const directory = scene().directory('gate')
      const gate = new Gate(directory)
      const { result, container } = await cancelDuring(runner, host, async (slot) => {
        const id = startContainer(scene(), [
          ...[`${slot}:/t`, `${project.directory}:/source:ro`, `${directory}:${directory}`].map(
            (volume) => `--volume=${volume}`,
          ),
          '--env=CARGO_TARGET_DIR=/t',
          `--env=GATE=${gate.environment.GATE}`,
          '--workdir=/source',
          ...withHostPrograms(),
          ...'cargo build --offline'.split(' '),
        ])
        await waitFor(() => gate.reached().length > 0, { what: 'the build script' })
        return id
      })

      expect(result.step('Post guard').stdout).toMatch(
        /Cargo’s lock debug\/\.cargo-\S*lock is held/,
      )
      expect(existsSync(path.join(slotOf(result), 'debug'))).toBe(true)
      removeContainer(container)
      const next = await runner.job({ runId: '2', steps: [host.step()] }).result
      expect(next.step('Pre guard').stdout).toContain('retire ')
      expect(existsSync(slotOf(result))).toBe(false)
    },
  )
})

/** A started runner of that user's. */
function installFor(user: User | null, env: Readonly<Record<string, string>>): Runner {
  const options = user === null ? {} : { user: { uid: user.uid, gid: user.gid } }
  return Runner.install(scene(), { grace, ...options }).start({ env })
}

needs('docker', 'root', 'second-user').describe('what a container leaves as root', () => {
  test('goes at once where the runner is root', async () => {
    const host = new GuardedHost(scene())
    const { slot } = await leave(host, null, { 'privileged-helper': 'none' })
    expect(existsSync(slot)).toBe(false)
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
  })

  test('is retired at once, stays in quarantine without help, and is named with the command', async () => {
    const host = hostOf(scene(), ordinaryUser())
    const { slot, runner } = await leave(host, ordinaryUser(), { 'privileged-helper': 'none' })
    expect(existsSync(slot)).toBe(false)
    const id = slot.slice(-24)
    const note = await waitFor(() => quarantineOf(host, slot), { what: 'the quarantine' })
    const entry = path.join(host.root, '.target-guard/trash', id)
    expect(note.reason).toMatch(/Permission denied; no helper is set/)
    expect(note.command).toBe(`sudo rm -rf --one-file-system '${entry}'`)
    expect(existsSync(path.join(entry, 'debug/deps/x'))).toBe(true)

    const help = { 'privileged-helper': 'none' }
    const next = await runner.job({ runId: '2', steps: [host.step({ with: help })] }).result
    expect(next.conclusion).toBe('success')
    const called = `.target-guard/trash/${id} (formerly ${path.relative(host.root, slot)})`
    expect(host.heartbeat()['blocked']).toMatchObject([{ id, path: called, reason: note.reason }])
    const doctor = await host.json<{ check: string; text: string; mend: string }[]>('doctor')
    expect(doctor.find((each) => each.check === 'quarantine')).toMatchObject({
      level: 'warn',
      text: `${called}: ${note.reason}`,
      mend: note.command,
    })

    // The command is one to copy: it does what it says, and a sweep forgets the rest.
    await scene().must('bash', ['-c', note.command.replace(/^sudo /, '')])
    await host.json('sweep')
    expect(host.control('trash')).toEqual([])
    expect(host.heartbeat()['blocked']).toEqual([])
  })

  test.each([
    ['what lies in it', ''],
    ['the slot itself too', ' && chown 0:0 .'],
  ])('goes by a container of the helper image: %s', async (_, inside) => {
    const host = hostOf(scene(), ordinaryUser())
    const inputs = { 'privileged-helper': 'docker', 'helper-image': TEST_IMAGE }
    const { slot, result } = await leave(host, ordinaryUser(), inputs, inside)
    expect(result.step('Post guard').stdout).toContain('retire ')
    expect(existsSync(slot)).toBe(false)
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
  })

  needs('sudo').test(
    'goes by sudo, the slot itself too, with no more rights than it takes',
    async () => {
      const user = idsOf(HELPED)
      const host = hostOf(scene(), user)
      allowSudo(scene(), host.root)
      const { slot } = await leave(host, user, { 'privileged-helper': 'sudo' }, ' && chown 0:0 .')
      expect(existsSync(slot)).toBe(false)
      await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
      const checked = await scene().run(process.execPath, [tool, 'doctor', '--json'], {
        env: { TARGET_GUARD_ROOT: host.root },
        ...user,
      })
      expect(checked.stdout).toContain('sudo deletes them')
    },
  )

  test('that took the slot itself keeps it in place without help, and is reported', async () => {
    const host = hostOf(scene(), ordinaryUser())
    const inputs = { 'privileged-helper': 'none' }
    const { slot, result } = await leave(host, ordinaryUser(), inputs, ' && chown 0:0 .')
    expect(result.step('Post guard').outcome).toBe('success')
    expect(existsSync(path.join(slot, 'debug/deps/x'))).toBe(true)
    expect(host.heartbeat()['blocked']).toMatchObject([{ path: path.relative(host.root, slot) }])
    expect(host.heartbeat()['errors']).toEqual([expect.stringContaining('EACCES')])
  })
})

/** Cancels a job while `start` has a container of root's run in its slot, as `sudo docker` would. */
async function cancelDuring(
  runner: Runner,
  host: GuardedHost,
  start: (slot: string) => Promise<string>,
): Promise<{ result: JobResult; container: string }> {
  const job = runner.job({
    runId: '1',
    steps: [host.step(), { run: 'echo "slot $CARGO_TARGET_DIR"; exec sleep 60' }],
  })
  const { stdout } = await job.waitForStep(/^slot .*\n/)
  const container = await start(stdout.trim().slice('slot '.length))
  job.cancel()
  return { result: await job.result, container }
}

/** A failed job of that user's, whose container has left a tree of root's in the slot. */
async function leave(
  host: GuardedHost,
  user: User | null,
  inputs: Readonly<Record<string, string>>,
  inside = '',
): Promise<{ slot: string; runner: Runner; result: JobResult }> {
  const runner = installFor(user, { DOCKER_HOST: await lendDocker(scene()) })
  const make =
    'cd /workspace/target && mkdir -p debug/deps && echo x > debug/deps/x && chmod 0555 debug/deps'
  const result = await runner.job({
    runId: '1',
    steps: [
      host.step({ with: inputs }),
      {
        run: `docker run --rm --network=none ${MOUNT} ${testImage()} sh -c '${make}${inside}'; exit 1`,
      },
    ],
  }).result
  const slot = slotOf(result)
  expect(String(result)).toContain('lease')
  return { slot, runner, result }
}

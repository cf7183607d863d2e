import { execFileSync } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { needs } from '../capabilities.ts'
import { commOf, isAlive, parentOf } from '../processes.ts'
import { secondUser } from '../second-user.ts'
import { useScene } from '../use-scene.ts'
import { waitFor } from '../wait-for.ts'
import { pullRequest } from './events.ts'
import { hostPrograms, testImage } from './image.ts'
import { nodeBinary } from './node-binaries.ts'
import type { ContainerRequest } from './request.ts'
import { Runner } from './runner.ts'

const scripted = fileURLToPath(new URL('scripted-action', import.meta.url))
const grace = { interruptMs: 400, terminateMs: 400, outputMs: 200 }
const scene = useScene()

function versionOf(node: string): string {
  return execFileSync(node, ['--version'], { encoding: 'utf8' }).trim()
}

/** A container of the test image in which the host's programs run. */
function container(...volumes: string[]): ContainerRequest {
  const programs = hostPrograms()
  return { image: testImage(), volumes: [...volumes, ...programs.volumes], env: programs.env }
}

/** Ids of all containers, running or not. */
function containers(): string[] {
  const args = ['ps', '--all', '--quiet', '--no-trunc']
  return execFileSync('docker', args, { encoding: 'utf8' }).trim().split('\n')
}

type Environment = Readonly<Record<string, string | number>>

/** The environment that a step without a script has printed. */
function shown(stdout: string): Environment {
  return JSON.parse(stdout) as Environment
}

function hook(runner: Runner, name: string, script: string): string {
  const file = path.join(runner.root, `${name}.sh`)
  writeFileSync(file, script)
  return file
}

/** A script that writes something of its phase to every command file. */
function writes(phase: string): string {
  return `
      echo "out=${phase}" >> "$GITHUB_OUTPUT"
      printf 'state_${phase}<<EOF\\none\\ntwo\\nEOF\\n' >> "$GITHUB_STATE"
      printf 'FROM_${phase}<<X\\nfirst\\nsecond=2\\nX\\nPLAIN_${phase}=a=b\\n' >> "$GITHUB_ENV"
      echo "/opt/${phase}" >> "$GITHUB_PATH"
      echo "### ${phase}" >> "$GITHUB_STEP_SUMMARY"
      echo "state: $STATE_state_pre"`
}

/** A script that leaves a process behind, started through `prefix`, and prints its pid. */
function leaves(prefix: string): string {
  const command = `${prefix} setsid sleep 60 </dev/null >/dev/null 2>&1 & echo "$!"`
  // Before that it has the environment of the shell.
  return `${command}; until [ "$(cat "/proc/$!/comm")" = sleep ]; do sleep 0.01; done`
}

describe('the order of a job', () => {
  test('hook, pre, main, posts last first with those of pre last, hook', async () => {
    const runner = Runner.install(scene())
    const { result } = runner
      .configure({
        ACTIONS_RUNNER_HOOK_JOB_STARTED: hook(runner, 'started', 'echo started'),
        ACTIONS_RUNNER_HOOK_JOB_COMPLETED: hook(runner, 'completed', 'echo completed'),
      })
      .start()
      .job({
        steps: [
          { name: 'a', uses: scripted },
          { name: 'local', uses: scripted, viaPath: './' },
          { name: 'b', uses: scripted },
          { name: 'run', run: 'echo hello' },
          { name: 'skipped', uses: scripted, if: 'false' },
        ],
      })

    const { conclusion, steps } = await result

    expect(conclusion).toBe('success')
    expect(steps.map((step) => [step.name, step.outcome])).toEqual([
      ['Set up runner', 'success'],
      ['Pre a', 'success'],
      ['Pre b', 'success'],
      ['Pre skipped', 'success'],
      ['a', 'success'],
      ['local', 'success'],
      ['b', 'success'],
      ['run', 'success'],
      ['skipped', 'skipped'],
      ['Post local', 'success'],
      ['Post skipped', 'success'],
      ['Post b', 'success'],
      ['Post a', 'success'],
      ['Complete runner', 'success'],
    ])
    expect((await result).step('local').annotations).toEqual([
      {
        level: 'warning',
        message: "`pre` execution is not supported for local action from './'",
        properties: {},
      },
    ])
  })

  test('after a failure only what asks for it runs, and post learns the status', async () => {
    const runner = Runner.install(scene()).start()
    const result = await runner.job({
      steps: [
        { name: 'guard', uses: scripted },
        { name: 'fails', run: 'exit 3' },
        { name: 'left out', run: 'true' },
        { name: 'always', run: 'true', if: 'always()' },
        { name: 'on failure', run: 'true', if: "failure() && github.event_name == 'push'" },
      ],
    }).result

    expect(result.conclusion).toBe('failure')
    expect(result.step('fails')).toMatchObject({ outcome: 'failure', exitCode: 3 })
    expect(result.step('fails').annotations[0]?.message).toBe('Process completed with exit code 3.')
    expect(result.step('left out').outcome).toBe('skipped')
    expect(result.step('always').outcome).toBe('success')
    expect(result.step('on failure').outcome).toBe('success')
    expect(shown(result.step('guard').stdout)['INPUT_JOB-STATUS']).toBe('success')
    expect(shown(result.step('Post guard').stdout)['INPUT_JOB-STATUS']).toBe('failure')
  })

  test('a failing started hook leaves pre, post, always() and the completed hook', async () => {
    const runner = Runner.install(scene())
    runner.configure({
      ACTIONS_RUNNER_HOOK_JOB_STARTED: hook(runner, 'started', 'exit 1'),
      ACTIONS_RUNNER_HOOK_JOB_COMPLETED: hook(runner, 'completed', 'echo completed'),
    })
    const result = await runner.start().job({
      steps: [
        { name: 'a', uses: scripted },
        { name: 'always', run: 'true', if: 'always()' },
      ],
    }).result

    expect(result.conclusion).toBe('failure')
    expect(result.steps.map((step) => [step.name, step.outcome])).toEqual([
      ['Set up runner', 'failure'],
      ['Pre a', 'success'],
      ['a', 'skipped'],
      ['always', 'success'],
      ['Post a', 'success'],
      ['Complete runner', 'success'],
    ])
  })

  test('a step that takes too long fails, and the posts run', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    const result = await runner.job({
      steps: [
        { name: 'guard', uses: scripted },
        { name: 'slow', run: 'exec sleep 60', timeoutMs: 300 },
      ],
    }).result

    expect(result.conclusion).toBe('failure')
    expect(result.step('slow').annotations[0]?.message).toContain('has timed out after')
    expect(result.step('Post guard').outcome).toBe('success')
  })
})

describe('what a step sees', () => {
  test('inputs, contexts, working directory and the Worker as its parent', async () => {
    const runner = Runner.install(scene(), { name: 'r1' })
    runner.configure({ FROM_RUNNER: 'a=b' }).start({ env: { FROM_UNIT: '1' } })
    const job = runner.job({
      repository: 'alice/tool',
      event: pullRequest({ number: 12 }),
      runId: '77',
      attempt: 2,
      job: 'test',
      env: { JOB_LEVEL: 'yes' },
      matrix: { os: 'linux' },
      steps: [{ name: 'guard', uses: scripted, with: { 'two words': '${{ env.JOB_LEVEL }}' } }],
    })
    const comm = commOf(job.workerPid)
    const exe = readlinkSync(`/proc/${job.workerPid}/exe`)
    const result = await job.result
    const env = shown(result.step('guard').stdout)

    expect(comm).toBe('Runner.Worker')
    expect(exe).toBe(path.join(runner.root, 'bin', 'Runner.Worker'))
    expect(env).toMatchObject({
      CI: 'true',
      CWD: runner.workspace('alice/tool'),
      FROM_RUNNER: 'a=b',
      FROM_UNIT: '1',
      GITHUB_ACTIONS: 'true',
      GITHUB_ACTION_REF: 'v1',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_JOB: 'test',
      GITHUB_REF: 'refs/pull/12/merge',
      GITHUB_REF_NAME: '12/merge',
      GITHUB_REPOSITORY: 'alice/tool',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_RUN_ID: '77',
      GITHUB_WORKSPACE: path.join(runner.root, '_work/tool/tool'),
      'INPUT_MIN-FREE-GB': '3',
      INPUT_LEG: '{\n  "os": "linux"\n}',
      INPUT_TWO_WORDS: 'yes',
      JOB_LEVEL: 'yes',
      PPID: job.workerPid,
      RUNNER_NAME: 'r1',
      RUNNER_TEMP: path.join(runner.root, '_work/_temp'),
      RUNNER_TOOL_CACHE: path.join(runner.root, '_work/_tool'),
      RUNNER_TRACKING_ID: expect.stringMatching(/^github_[0-9a-f-]{36}$/),
      RUNNER_WORKSPACE: path.join(runner.root, '_work/tool'),
    })
    for (const name of ['GITHUB_ACTION_PATH', 'GITHUB_TOKEN', 'NODE_OPTIONS', 'NODE_CHANNEL_FD']) {
      expect(env).not.toHaveProperty(name)
    }
  })

  test('the Worker carries its name in comm and stat for as long as it runs', async () => {
    const runner = Runner.install(scene()).start()
    const job = runner.job({ steps: [{ name: 'wait', run: 'echo ready; exec sleep 60' }] })
    const step = await job.waitForStep(/ready/)

    expect(commOf(job.workerPid)).toBe('Runner.Worker')
    expect(readFileSync(`/proc/${job.workerPid}/stat`, 'utf8')).toContain('(Runner.Worker)')
    expect(parentOf(step.pid)).toBe(job.workerPid)
    expect(readFileSync(`/proc/${step.pid}/oom_score_adj`, 'utf8').trim()).toBe('500')
    await job.killWorker()
  })

  test('the event payload is in a file, and _temp is empty after the job', async () => {
    const runner = Runner.install(scene()).start()
    const result = await runner.job({
      event: pullRequest({ number: 5 }),
      steps: [{ name: 'show', run: 'cat "$GITHUB_EVENT_PATH"; dirname "$GITHUB_EVENT_PATH"' }],
    }).result

    expect(result.step('show').stdout).toContain('"number": 5')
    expect(result.step('show').stdout).toContain(`${runner.installation.temp}/_github_workflow\n`)
    expect(readdirSync(runner.installation.temp)).toEqual([])
  })

  test.each(['node20', 'node24'] as const)('actions can be run by %s', async (node) => {
    const runner = Runner.install(scene(), { node }).start()
    const main = 'readlink /proc/$PPID/exe; /proc/$PPID/exe --version'
    const result = await runner.job({ steps: [{ name: 'guard', uses: scripted, with: { main } }] })
      .result

    const [exe, version] = result.step('guard').stdout.split('\n')
    expect(exe).toBe(path.join(runner.root, 'externals', node, 'bin', 'node'))
    expect(version).toBe(versionOf(nodeBinary(node)))
  })

  test('after a self-update bin and externals are links', async () => {
    const runner = Runner.install(scene(), { updated: true }).start()
    const run = 'readlink /proc/$PPID/exe'
    const result = await runner.job({ steps: [{ name: 'show', run }] }).result

    expect(result.step('show').stdout).toBe(`${runner.root}/bin.2.336.0/Runner.Worker\n`)
  })
})

needs('second-user').test('a runner can be another user’s', async () => {
  const user = secondUser() ?? { uid: -1, gid: -1 }
  const { uid, gid } = user
  const runner = Runner.install(scene(), { user: { uid, gid } }).start()
  const run = 'id -u; id -g; touch file; stat -c %u file; cd "$HOME" && touch file'
  const result = await runner.job({ steps: [{ uses: scripted }, { name: 'who', run }] }).result

  expect(String(result)).toContain('job: success')
  expect(result.step('who').stdout).toBe(`${uid}\n${gid}\n${uid}\n`)
})

describe('file commands', () => {
  test('env and path reach later steps, outputs come from main only, state stays in its step', async () => {
    const runner = Runner.install(scene()).start()
    const result = await runner.job({
      steps: [
        {
          name: 'guard',
          id: 'guard',
          uses: scripted,
          with: { pre: writes('pre'), main: writes('main'), post: writes('post') },
        },
        { name: 'show', uses: scripted },
        {
          name: 'use',
          run: 'echo "[${{ steps.guard.outputs.out }}] [$OWN] ${PATH%%:/usr*}"',
          env: { OWN: '${{ env.PLAIN_main }}' },
        },
      ],
    }).result

    const env = shown(result.step('show').stdout)
    expect(result.conclusion).toBe('success')
    expect(env).toMatchObject({
      FROM_pre: 'first\nsecond=2',
      FROM_main: 'first\nsecond=2',
      PLAIN_main: 'a=b',
    })
    expect(env).not.toHaveProperty('STATE_state_pre')
    expect(result.step('guard').stdout).toBe('state: one\ntwo\n')
    expect(result.step('guard')).toMatchObject({
      outputs: { out: 'main' },
      state: { state_main: 'one\ntwo' },
      exports: { PLAIN_main: 'a=b' },
      paths: ['/opt/main'],
      summary: '### main\n',
    })
    expect(result.step('use').stdout).toMatch(/^\[main\] \[a=b\] \/opt\/main:\/opt\/pre/)
    expect(result.step('Post guard').stdout).toBe('state: one\ntwo\n')
  })

  test('a fault in a file fails the step; NODE_OPTIONS is refused', async () => {
    const runner = Runner.install(scene()).start()
    const result = await runner.job({
      steps: [
        { name: 'blocked', run: 'echo "NODE_OPTIONS=--x" >> "$GITHUB_ENV"' },
        { name: 'broken', run: 'printf "A=1\\nB<<EOF\\nunended\\n" >> "$GITHUB_ENV"' },
      ],
    }).result

    expect(result.step('blocked')).toMatchObject({ outcome: 'success', exports: {} })
    expect(result.step('blocked').annotations[0]?.message).toContain('NODE_OPTIONS')
    expect(result.step('broken')).toMatchObject({ outcome: 'failure', exports: { A: '1' } })
    expect(result.step('broken').annotations.map((each) => each.message)).toEqual([
      "Unable to process file command 'env' successfully.",
      "Invalid value. Matching delimiter not found 'EOF'",
    ])
  })

  test('workflow commands become annotations', async () => {
    const runner = Runner.install(scene()).start()
    const run = `
      echo '::error title=Disk%3A full,file=a.rs,line=3::first%0Asecond'
      echo '  ::warning::careful' >&2
      echo '::notice::told'
      echo 'text ::error::inside a line' > /dev/stderr`
    // Its own step, since it would also stop what stderr says at that moment.
    const stop = `
      echo '::stop-commands::token'; echo '::error::not this'; echo '::token::'
      echo '::error::but this'`
    const result = await runner.job({
      steps: [
        { name: 'say', run },
        { name: 'stop', run: stop },
      ],
    }).result

    expect(result.step('stop').annotations.map((each) => each.message)).toEqual(['but this'])
    expect(result.step('say').outcome).toBe('success')
    const { annotations } = result.step('say')
    expect(annotations.toSorted((a, b) => a.level.localeCompare(b.level))).toEqual([
      {
        level: 'error',
        message: 'first\nsecond',
        properties: { title: 'Disk: full', file: 'a.rs', line: '3' },
      },
      { level: 'notice', message: 'told', properties: {} },
      { level: 'warning', message: 'careful', properties: {} },
    ])
  })
})

describe('hooks', () => {
  test('see the Worker and the contexts, but neither env nor inputs; their exports reach all steps', async () => {
    const runner = Runner.install(scene())
    const show = `exec ${process.execPath} -p 'JSON.stringify({ ...process.env, PPID: process.ppid })'`
    const started = hook(
      runner,
      'started',
      `echo FROM_HOOK=1 >> "$GITHUB_ENV"; echo A=hook >> "$GITHUB_ENV"; ${show}`,
    )
    const completed = hook(runner, 'completed', show)
    runner.configure({
      FROM_RUNNER: '1',
      ACTIONS_RUNNER_HOOK_JOB_STARTED: started,
      ACTIONS_RUNNER_HOOK_JOB_COMPLETED: completed,
    })
    const job = runner.start().job({
      env: { A: 'job', B: 'job' },
      steps: [
        { name: 'guard', uses: scripted },
        { name: 'own', run: 'echo "$A"', env: { A: 'step' } },
      ],
    })
    const result = await job.result

    const first = shown(result.step('Set up runner').stdout)
    expect(first).toMatchObject({
      FROM_RUNNER: '1',
      GITHUB_REPOSITORY: 'octo-org/demo',
      GITHUB_WORKSPACE: runner.workspace(),
      PPID: job.workerPid,
      PWD: runner.workspace(),
      RUNNER_NAME: 'runner-1',
    })
    for (const name of ['A', 'B', 'INPUT_LEG', 'ACTIONS_RUNTIME_TOKEN', 'GITHUB_ACTION']) {
      expect(first).not.toHaveProperty(name)
    }
    expect(shown(result.step('Pre guard').stdout)).toMatchObject({ FROM_HOOK: '1', A: 'hook' })
    expect(result.step('own').stdout).toBe('step\n')
    const last = shown(result.step('Complete runner').stdout)
    expect(last).not.toHaveProperty('FROM_HOOK')
    expect(last['GITHUB_ACTION']).toBe('__octo_org_target_guard')
    expect(last['RUNNER_TRACKING_ID']).toBe(first['RUNNER_TRACKING_ID'])
  })

  test('.env counts from the next start on; a path with a space falls apart', async () => {
    const runner = Runner.install(scene()).start()
    runner.configure({ ACTIONS_RUNNER_HOOK_JOB_STARTED: hook(runner, 'a b', 'echo hook') })
    const before = await runner.job({ steps: [] }).result
    const after = await runner.start().job({ steps: [] }).result

    expect(before.steps).toEqual([])
    expect(after.step('Set up runner').outcome).toBe('failure')
    expect(after.step('Set up runner').stderr).toContain(`${runner.root}/a: No such file`)
  })
})

describe('the end of a job', () => {
  test('cancel signals one process only: bash minds SIGTERM, its child lives on as an orphan', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    // Before it waits for its child bash would end at SIGINT.
    const isWaiting = 'grep -q "^State:.S" /proc/$PPID/status'
    const run = `bash -c 'until ${isWaiting}; do :; done; echo "child $$"; exec sleep 60'; true`
    const job = runner.job({
      steps: [
        { name: 'guard', uses: scripted },
        { name: 'build', run },
        { name: 'left out', run: 'true' },
        { name: 'if cancelled', run: 'true', if: 'cancelled()' },
      ],
    })
    const { stdout } = await job.waitForStep(/child \d+/)
    const child = Number(/child (\d+)/.exec(stdout)?.[1])
    job.cancel()
    const result = await job.result

    expect(result.conclusion).toBe('cancelled')
    expect(result.step('build')).toMatchObject({ outcome: 'cancelled', exitCode: 143 })
    expect(result.step('left out').outcome).toBe('skipped')
    expect(result.step('if cancelled').outcome).toBe('success')
    expect(shown(result.step('Post guard').stdout)['INPUT_JOB-STATUS']).toBe('cancelled')
    expect(result.orphans).toEqual([{ pid: child, command: 'sleep' }])
    await waitFor(() => !isAlive(child))
  })

  test('a process that ignores SIGINT and SIGTERM is killed, and alone', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    const run =
      'trap "" INT TERM; (trap - INT TERM; exec env -u RUNNER_TRACKING_ID sleep 60) & ' +
      'echo "child $!"; while :; do sleep 0.05; done'
    const job = runner.job({ steps: [{ name: 'build', run }] })
    const { stdout } = await job.waitForStep(/child \d+/)
    const child = Number(/child (\d+)/.exec(stdout)?.[1])
    job.cancel()
    const result = await job.result

    expect(result.step('build')).toMatchObject({ outcome: 'cancelled', exitCode: 137 })
    expect(isAlive(child)).toBe(true)
  })

  test('pre and post are not signalled by a cancel', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    const gate = path.join(scene().directory('gate'), 'open')
    const pre = `echo waiting; until [ -e ${gate} ]; do sleep 0.05; done; echo through`
    const job = runner.job({ steps: [{ name: 'guard', uses: scripted, with: { pre } }] })
    await job.waitForStep(/waiting/)
    job.cancel()
    writeFileSync(gate, '')
    const result = await job.result

    expect(result.step('Pre guard')).toMatchObject({ outcome: 'success' })
    expect(result.step('guard').outcome).toBe('skipped')
    expect(result.step('Post guard').outcome).toBe('success')
  })

  test('when the Worker is killed nothing else runs, and its children survive', async () => {
    const runner = Runner.install(scene())
    const mark = path.join(scene().directory('mark'), 'completed')
    runner.configure({ ACTIONS_RUNNER_HOOK_JOB_COMPLETED: hook(runner, 'done', `touch ${mark}`) })
    const job = runner.start().job({
      steps: [
        { name: 'guard', uses: scripted },
        { name: 'build', run: 'echo ready; exec sleep 60' },
      ],
    })
    const step = await job.waitForStep(/ready/)
    await job.killWorker()
    const result = await job.result

    expect(result.conclusion).toBe('lost')
    expect(result.step('build').outcome).toBe('lost')
    expect(result.phase('post')).toEqual([])
    expect(existsSync(mark)).toBe(false)
    expect(isAlive(step.pid)).toBe(true)
    expect(isAlive(job.workerPid)).toBe(false)
    expect((await runner.job({ steps: [{ run: 'true' }] }).result).conclusion).toBe('success')
    expect(isAlive(step.pid)).toBe(true)
  })

  test('when the service stops every later step is left out, and orphans still go', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    const job = runner.job({
      steps: [
        { name: 'guard', uses: scripted },
        { name: 'build', run: 'sleep 60 & echo "child $!"; wait' },
        { name: 'always', run: 'true', if: 'always()' },
      ],
    })
    await job.waitForStep(/child/)
    job.shutDown()
    const result = await job.result

    expect(result.conclusion).toBe('failure')
    expect(result.step('always').outcome).toBe('skipped')
    expect(result.step('Post guard').outcome).toBe('skipped')
    expect(result.orphans).toHaveLength(1)
  })

  test('orphans are known by the tracking id: without it a process stays', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    const result = await runner.job({
      steps: [{ name: 'leave', run: `${leaves('')}\n${leaves('env -u RUNNER_TRACKING_ID')}` }],
    }).result

    const [taken = 0, left = 0] = result.step('leave').stdout.trim().split('\n').map(Number)
    expect(result.orphans.map((each) => each.pid)).toEqual([taken])
    await waitFor(() => !isAlive(taken))
    expect(isAlive(left)).toBe(true)
    await scene().endProcesses()
    expect(isAlive(left)).toBe(false)
  })
})

test('sixteen runners work at the same time', async () => {
  const runners = Array.from({ length: 16 }, (_, index) =>
    Runner.install(scene(), { name: `runner-${index}` }).start(),
  )
  const gate = scene().directory('gate')
  const run = `touch ${gate}/$RUNNER_NAME; until [ -e ${gate}/open ]; do sleep 0.1; done`
  const jobs = runners.map((runner) => runner.job({ steps: [{ uses: scripted }, { run }] }))
  await waitFor(() => readdirSync(gate).length === 16)
  mkdirSync(path.join(gate, 'open'))
  const results = await Promise.all(jobs.map((job) => job.result))

  expect(results.map((each) => each.conclusion)).toEqual(runners.map(() => 'success'))
})

needs('docker').describe('a job in a container', () => {
  test('steps run inside with their own variables only, and paths as the container has them', async () => {
    const runner = Runner.install(scene())
    const outside = scene().directory('volume')
    const started = hook(runner, 'started', `echo FROM_HOOK=${runner.root}/_work/x >> $GITHUB_ENV`)
    const completed = hook(runner, 'completed', 'docker ps --all --quiet --no-trunc')
    runner.configure({
      FROM_RUNNER: '1',
      ACTIONS_RUNNER_HOOK_JOB_STARTED: started,
      ACTIONS_RUNNER_HOOK_JOB_COMPLETED: completed,
    })
    const job = runner.start().job({
      env: { OUTSIDE: outside },
      container: container(`${outside}:${outside}`),
      steps: [
        { name: 'guard', uses: scripted },
        { name: 'run', run: 'echo "$0 $FROM_HOOK"; touch "$OUTSIDE/made"; cat /proc/1/cmdline' },
        { name: 'export', run: 'echo LATER=1 >> "$GITHUB_ENV"; echo /x >> "$GITHUB_PATH"' },
      ],
    })
    const result = await job.result

    expect(String(result)).toContain('job: success')
    const env = shown(result.step('guard').stdout)
    expect(env).toMatchObject({
      CWD: '/__w/demo/demo',
      FROM_HOOK: '/__w/x',
      GITHUB_EVENT_PATH: '/github/workflow/event.json',
      GITHUB_WORKSPACE: '/__w/demo/demo',
      HOME: '/github/home',
      OUTSIDE: outside,
      PPID: 0,
      RUNNER_TEMP: '/__w/_temp',
      RUNNER_TOOL_CACHE: '/__w/_tool',
      RUNNER_WORKSPACE: '/__w/demo',
    })
    expect(env).not.toHaveProperty('RUNNER_TRACKING_ID')
    expect(env).not.toHaveProperty('FROM_RUNNER')
    expect(result.step('run').stdout).toMatch(
      /^\/__w\/_temp\/.*\.sh \/__w\/x\ntail\0-f\0\/dev\/null\0$/,
    )
    expect(existsSync(path.join(outside, 'made'))).toBe(true)
    expect(shown(result.step('Post guard').stdout)).toMatchObject({ LATER: '1' })
    expect(shown(result.step('Post guard').stdout)['PATH']).toMatch(/^\/x:/)
    expect(result.step('Initialize containers').stdout).toContain('docker create')
    expect(result.steps.slice(-2).map((step) => step.name)).toEqual([
      'Stop containers',
      'Complete runner',
    ])
    expect(result.step('Complete runner').stdout).not.toContain(job.containerId)
  })

  test('cancel reaches only the docker client: the process inside goes on until the container goes', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    const outside = scene().directory('volume')
    const inside = 'echo started; while :; do date > "$OUTSIDE/beat"; sleep 0.05; done'
    const job = runner.job({
      env: { OUTSIDE: outside },
      container: container(`${outside}:${outside}`),
      steps: [
        {
          name: 'guard',
          uses: scripted,
          with: { post: 'rm "$OUTSIDE/beat"; until [ -s "$OUTSIDE/beat" ]; do sleep 0.05; done' },
        },
        { name: 'build', run: inside },
      ],
    })
    await job.waitForStep(/started/)
    job.cancel()
    const result = await job.result

    expect(result.step('build').outcome).toBe('cancelled')
    expect(result.step('Post guard').outcome).toBe('success')
    expect(containers()).not.toContain(job.containerId)
  })

  test('a killed Worker leaves its container running until the same runner makes its next one', async () => {
    const runner = Runner.install(scene(), { grace }).start()
    const job = runner.job({
      container: container(),
      steps: [{ name: 'build', run: 'echo started; exec sleep 60' }],
    })
    await job.waitForStep(/started/)
    await job.killWorker()
    const afterKill = containers()
    const result = await runner.job({ container: container(), steps: [{ run: 'true' }] }).result

    expect(afterKill).toContain(job.containerId)
    expect(result.conclusion).toBe('success')
    expect(containers()).not.toContain(job.containerId)
  })

  test('a container that cannot be made fails the job, and pre and post with it', async () => {
    const runner = Runner.install(scene()).start()
    const result = await runner.job({
      container: container('/a:/b:/c:/d'),
      steps: [{ name: 'guard', uses: scripted }],
    }).result

    expect(result.conclusion).toBe('failure')
    expect(result.steps.map((step) => [step.name, step.outcome])).toEqual([
      ['Initialize containers', 'failure'],
      ['Pre guard', 'failure'],
      ['guard', 'skipped'],
      ['Post guard', 'failure'],
      ['Stop containers', 'success'],
    ])
  })
})

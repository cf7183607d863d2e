import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import { readCalls, recordCalls, signalAt } from './faults.ts'
import { tool } from './guard.ts'
import { LocalRuns, compiled } from './local-runs.ts'
import type { StartedRun } from './local-runs.ts'
import { kill, parentOf } from './processes.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

/** Says each signal that it gets, and ends with the number of them when it is told to. */
const COUNTING = `n=0; for s in INT TERM HUP USR1 QUIT; do trap "n=\\$((n+1)); echo got $s" $s; done
echo "ready $$ $CARGO_TARGET_DIR"; while [ ! -e "$GATE" ]; do sleep 0.05; done; exit $n`

interface Counting {
  run: StartedRun
  slot: string
  command: number
  /** lets the command end, which tells how many signals it got */
  count: () => Promise<number | null>
}

/** A command that counts its signals, in a process group that the test may send some to. */
async function counting(runs: LocalRuns): Promise<Counting> {
  const gate = path.join(scene().directory('gate'), 'gate')
  // A keeper would hold the same lock for a moment.
  const env = { GATE: gate, TARGET_GUARD_KEEPER: 'off' }
  const words = ['--', 'bash', '-c', COUNTING]
  const run = runs.start(scene().directory('place'), words, { env, detached: true })
  const [command = '', slot = ''] = (await run.says(/^ready (.*)$/m)).split(' ')
  const count = async (): Promise<number | null> => {
    await scene().must('touch', [gate])
    return (await run.end()).exitCode
  }
  return { run, slot, command: Number(command), count }
}

describe('a signal', () => {
  test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGQUIT'] as const)(
    '%s to run alone comes to the command, and one to the whole group comes once',
    async (signal) => {
      const { run, count } = await counting(new LocalRuns(scene()))
      const name = `got ${signal.slice(3)}\n`
      process.kill(run.pid, signal)
      await waitFor(() => run.stdout.includes(name), { what: `the command to get ${signal}` })
      process.kill(-run.pid, signal)
      await waitFor(() => run.stdout.split(name).length > 2, { what: `the second ${signal}` })
      expect(await count()).toBe(2)
    },
  )

  test('that ends the command ends run', async () => {
    const runs = new LocalRuns(scene())
    const directory = scene().directory('place')
    for (const signal of ['KILL', 'TERM', 'SEGV']) {
      const ended = await runs.run(directory, ['sh', '-c', `kill -${signal} $$`])
      expect(ended).toMatchObject({ exitCode: null, signal: `SIG${signal}` })
    }
    const words = `${runs.shellWords} -- sh -c 'kill -KILL $$'; echo "code $?"`
    const shell = await scene().run('sh', ['-c', words], { env: runs.environment() })
    expect(shell.stdout).toContain('code 137\n')
    expect(runs.leases('json')).toEqual([])
  })

  needs('script').test('of a terminal comes once, and its end is told to the shell', async () => {
    const runs = new LocalRuns(scene())
    const gate = path.join(scene().directory('gate'), 'gate')
    const words = `exec ${runs.shellWords} -- bash -c "$COUNTING"`
    const terminal = runs.startProgram('/', 'script', ['-qec', words, '/dev/null'], {
      env: { COUNTING, GATE: gate },
    })
    await terminal.says(/^ready /m)
    terminal.child.stdin?.write('\u0003')
    await terminal.says(/got INT/)
    await scene().must('touch', [gate])
    expect((await terminal.end()).exitCode).toBe(1)
    const again = runs.startProgram('/', 'script', [
      '-qec',
      `${runs.shellWords} -- sh -c 'echo ready; exec sleep 60'; echo code $?`,
      '/dev/null',
    ])
    await again.says(/^ready/m)
    again.child.stdin?.write('\u0003')
    // A shell that sees its command end by SIGINT ends as well.
    expect((await again.end()).exitCode).toBe(130)
    expect(again.stdout).not.toContain('code')
  })
})

needs('cargo').describe('a signal', () => {
  test.each<[string, string[], string]>([
    ['the command', ['--', 'echo', 'begun'], 'begun'],
    ['anything is printed', ['--print-env'], 'export '],
  ])(
    'before %s loses nothing of what the last run has left',
    async (_, words, says) => {
      const runs = new LocalRuns(scene())
      const { directory } = smallProject(scene().directory('place'))
      expect((await runs.run(directory, ['cargo', 'build'])).exitCode).toBe(0)
      const log = path.join(scene().directory('log'), 'calls')
      await runs.run(directory, ['true'], recordCalls({ root: runs.root, log }))
      // From the first change to its own lease on: the others come before it has one.
      const calls = readCalls(log).filter(({ op }) => ['rename', 'symlink', 'unlink'].includes(op))
      const after = calls.slice(calls.findIndex(({ path: to }) => to.endsWith('.json')) + 1)
      expect(after.length).toBeGreaterThan(3)
      for (const { number } of after.slice(0, 8)) {
        const faults = signalAt({ root: runs.root, at: number, signal: 'SIGINT' })
        const asked = await runs.tool(directory, ['run', ...words], faults)
        const isInTime = asked.stdout.includes(says)
        expect([number, asked.signal === 'SIGINT' || isInTime]).toEqual([number, true])
        if (isInTime && says === 'export ') {
          const [, id = ''] = /TARGET_GUARD_RUN='?(\w+)/.exec(asked.stdout) ?? []
          await runs.tool(directory, ['run', '--end', '--lease', id])
        }
        expect(runs.leases('json')).toEqual([])
        const next = await runs.run(directory, ['cargo', 'build'])
        expect([number, next.exitCode, compiled(next)]).toEqual([number, 0, 0])
      }
    },
    120_000,
  )
})

describe('run is killed', () => {
  test('and its command builds on: nobody takes the slot before it has ended', async () => {
    const runs = new LocalRuns(scene())
    const { run, slot, command } = await counting(runs)
    kill(run.pid)

    await waitFor(() => parentOf(command) !== run.pid, { what: 'run to be gone' })
    // Nothing of the command lies in the slot: there is the lock alone.
    await sweep(runs)
    expect(existsSync(slot)).toBe(true)
    await runs.run('/', ['true'])
    expect(existsSync(slot)).toBe(true)
    kill(command)
    await waitFor(async () => (await sweep(runs), !existsSync(slot)), { what: 'the slot to go' })
    expect(runs.leases('json')).toEqual([])
  })
})

async function sweep(runs: LocalRuns): Promise<void> {
  await runs.tool('/', ['sweep'])
}

function evaluated(words: string): string {
  // With more than one command in it, the shell makes a copy of itself for them.
  return `eval "$('${process.execPath}' '${tool}' run ${words}; exit)"`
}

describe('--print-env', () => {
  test.each(['bash', 'dash'])('%s: the slot lives as long as the shell', async (shell) => {
    const runs = new LocalRuns(scene())
    const script = `${evaluated('--print-env')}; echo "at $CARGO_TARGET_DIR"
      ${evaluated('--print-env')}; echo "again $CARGO_TARGET_DIR"; read line`
    const place = scene().directory('place')
    const owner = runs.startProgram(place, shell, ['-c', script])
    const slot = await owner.says(/^at (.*)$/m)
    expect(await owner.says(/^again (.*)$/m)).toBe(slot)
    const worker = { pid: owner.pid }
    expect(runs.lease(slot.slice(-24))).toMatchObject({ owner: { worker }, workspace: place })
    await sweep(runs)
    expect(existsSync(slot)).toBe(true)
    kill(owner.pid)
    await owner.end()
    await waitFor(async () => (await sweep(runs), !existsSync(slot)), { what: 'the slot to go' })
  })

  needs('cargo').test('--end keeps the slot warm, and forgets the variables', async () => {
    const runs = new LocalRuns(scene())
    const { directory: place } = smallProject(scene().directory('place'))
    const script = `${evaluated('--print-env')}; cargo build
      cd /; ${evaluated('--end')}; echo "[$CARGO_TARGET_DIR$TARGET_GUARD_RUN]"
      ${evaluated('--end')}; echo $?`
    const ended = await scene().run('bash', ['-c', script], {
      cwd: place,
      env: runs.environment(),
    })
    expect(ended.stdout).toBe('[]\n2\n')
    expect([runs.leases('json').length, runs.leases('ended').length]).toEqual([0, 1])
    const next = await runs.run(place, ['cargo', 'build'])
    expect([compiled(ended), compiled(next)]).toEqual([1, 0])
  })

  test.each([true, false])(
    '--end forgets a root only where that was printed: %j',
    async (isOurs) => {
      const runs = new LocalRuns(scene())
      const own = isOurs ? `--root '${runs.root}'` : ''
      const script = `${evaluated(`--print-env ${own}`)}; echo "$TARGET_GUARD_ROOT"
      ${evaluated(`--print-env ${own}`)}; ${evaluated('--end')}
      echo "$TARGET_GUARD_ROOT"; env | grep -c TARGET_GUARD_RUN`
      const { stdout } = await scene().run('bash', ['-c', script], {
        cwd: scene().directory('place'),
        env: runs.environment(isOurs ? { TARGET_GUARD_ROOT: '' } : {}),
      })
      expect(stdout).toBe(`${runs.root}\n${isOurs ? '' : runs.root}\n0\n`)
    },
  )

  test('--end of another’s slot leaves the variables of a shell’s own', async () => {
    const runs = new LocalRuns(scene())
    const place = scene().directory('place')
    const script = `${evaluated('--print-env')}; own=$CARGO_TARGET_DIR
      sleep 600 & other=$(${runs.shellWords} --print-env --pid $! | sed -n "s/.*TARGET_GUARD_RUN='*\\([0-9a-f]*\\).*/\\1/p")
      eval "$(${runs.shellWords} --end --lease $other)"; kill $!
      [ "$other" != "$TARGET_GUARD_RUN" ] && [ "$CARGO_TARGET_DIR" = "$own" ] && echo kept`
    const { stdout, stderr } = await scene().run('bash', ['-c', script], {
      cwd: place,
      env: runs.environment(),
    })
    expect([stdout, stderr]).toEqual(['kept\n', ''])
    expect(runs.leases('json')).toHaveLength(1)
  })

  test('a command cannot end the lease that it runs under', async () => {
    const runs = new LocalRuns(scene())
    const place = scene().directory('place')
    const script = `${runs.shellWords} --end; echo $?; test -d "$CARGO_TARGET_DIR"`
    const { exitCode, stdout, stderr } = await runs.run(place, ['sh', '-c', script])
    expect([exitCode, stdout]).toEqual([0, '(exit 2)\n2\n'])
    expect(stderr).toContain('ends with its command')
  })

  test('is for whom it names, in words of a program', async () => {
    const runs = new LocalRuns(scene())
    const place = scene().directory('place')
    const owner = runs.startProgram(place, 'sh', ['-c', 'echo ready; read line'])
    await owner.says(/ready/)
    const words = ['run', '--print-env', '--json', '--pid', String(owner.pid)]
    const { stdout } = await runs.tool(place, words)
    const variables = JSON.parse(stdout) as Record<string, string>
    expect(Object.keys(variables)).toEqual([
      'CARGO_TARGET_DIR',
      'TARGET_GUARD_ROOT',
      'TARGET_GUARD_RUN',
    ])
    expect(runs.lease(variables['TARGET_GUARD_RUN'] ?? '')).toMatchObject({
      owner: { worker: { pid: owner.pid } },
    })
    const unknown = await runs.tool(place, ['run', '--print-env', '--pid', '4194305'])
    expect(unknown).toMatchObject({ exitCode: 2, stdout: '(exit 2)\n' })
  })
})

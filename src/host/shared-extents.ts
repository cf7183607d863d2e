import { spawn } from 'node:child_process'
import { measuringEnvironment, yielding } from './measuring.ts'
import { killGroup } from './program.ts'
import { isMadeToReflink } from './reflink.ts'

// Each file once, whatever it is called: du counts hard links once already. A name with a line break
// could look like what filefrag(8) says, which is of e2fsprogs, and not where users look for programs:
//    0:        0..    4095:      13312..     17407:   4096:             last,shared,eof
// The extents are sorted by where they begin; what lies before the end of those before counts again.
// All that is held in memory is held by sort: the keeper has little.
const REPEATED = `PATH="$PATH:/usr/sbin:/sbin"
command -v filefrag >/dev/null 2>&1 || exit 1
find "$1" -xdev -type f -size +0 ! -path '*
*' -printf '%i %p\\0' | sort -zun -k1,1 | cut -zd' ' -f2- | xargs -0 -r filefrag -v -b1024 |
awk '/^ *[0-9]+: .*[ ,]shared/ { gsub(/[:.]/, " "); print $4, $6 }' | sort -n |
awk '{ to = $1 + $2; if ($1 < end) again += (to < end ? to : end) - $1; if (to > end) end = to }
END { printf "%.0f\\n", again }'`

/**
 * Bytes that du(1) counts too much in a tree, because files in it share blocks by reflink: none where
 * the file system does not share any, or nobody tells which (filefrag, from e2fsprogs), or not in time.
 *
 * @param tree absolute path
 * @param stop ends it early
 */
export async function measureRepeated(
  tree: string,
  waitMs: number,
  stop: AbortSignal | null,
): Promise<number> {
  if (waitMs <= 0 || stop?.aborted === true || !mayShare(tree)) return 0
  return new Promise((resolve) => {
    // A group of its own, so that all of them end together.
    const child = spawn('sh', yielding(['sh', '-c', REPEATED, 'sh', tree]), {
      cwd: '/',
      detached: true,
      env: { ...measuringEnvironment(), LC_ALL: 'C' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const end = (): void => killGroup(child.pid)
    const timer = setTimeout(end, waitMs)
    stop?.addEventListener('abort', end)
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
    const finish = (): void => {
      clearTimeout(timer)
      stop?.removeEventListener('abort', end)
      // Only who has seen everything says a number.
      const kibibytes = Number.parseInt(said, 10)
      resolve(Number.isFinite(kibibytes) ? kibibytes * 1024 : 0)
    }
    child.on('error', finish)
    child.on('close', finish)
  })
}

function mayShare(tree: string): boolean {
  try {
    return isMadeToReflink(tree)
  } catch {
    // It is gone, which who measures it has seen, or will.
    return false
  }
}

/** A sample of a file in the Prometheus text format. */
export interface Sample {
  name: string
  labels: Record<string, string>
  value: number
}

const LINE = /^([a-z_]+)(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})? ([0-9.e+-]+)$/
const LABEL = /([a-z_]+)="((?:[^"\\]|\\.)*)"/g

/** The samples of a file, as far as they can be understood. */
export function samples(text: string): Sample[] {
  return text.split('\n').flatMap((line) => {
    const [, name, labels, value] = LINE.exec(line) ?? []
    if (name === undefined || value === undefined || !Number.isFinite(Number(value))) return []
    const pairs = [...(labels ?? '').matchAll(LABEL)]
    return [
      {
        name,
        labels: Object.fromEntries(
          pairs.map(([, key = '', content = '']) => [key, unescape(content)]),
        ),
        value: Number(value),
      },
    ]
  })
}

function unescape(content: string): string {
  return content.replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter))
}

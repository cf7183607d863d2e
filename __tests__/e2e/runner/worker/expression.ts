/** Named values that an expression may use, such as `github` and `job`. */
export type Contexts = Readonly<Record<string, unknown>>

/** Functions that an expression may call, by lower-case name. */
export type Functions = Readonly<Record<string, (...args: unknown[]) => unknown>>

const STATUS_FUNCTION = /\b(?:always|cancelled|failure|success)\s*\(/i
const TOKEN =
  /\s*(?:(\d+(?:\.\d+)?)|'((?:[^']|'')*)'|([A-Za-z_][\w-]*)|(==|!=|&&|\|\||[!().,[\]]))/y

/**
 * Evaluates an expression without its `${{ }}`: property paths, literals, calls, `== != && || !`.
 * Throws for a name that is not among the contexts and functions, as the runner's templates do.
 */
export function evaluate(text: string, contexts: Contexts, functions: Functions = {}): unknown {
  const parser = new Parser(tokenize(text), contexts, { tojson: toJson, ...functions })
  return parser.whole()
}

/** Replaces every `${{ … }}` in a text with its value. */
export function interpolate(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_, expression: string) =>
    toText(evaluate(expression, contexts)),
  )
}

/** Whether a step's `if:` holds; `success()` is implied when it calls no status function. */
export function holds(condition: string, contexts: Contexts, functions: Functions): boolean {
  if (STATUS_FUNCTION.test(condition)) return isTrue(evaluate(condition, contexts, functions))
  return (
    isTrue(evaluate('success()', contexts, functions)) &&
    isTrue(evaluate(condition, contexts, functions))
  )
}

function toText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value === null || value === undefined) return ''
  return Array.isArray(value) ? 'Array' : 'Object'
}

function toJson(value: unknown): string {
  return JSON.stringify(value ?? null, null, 2)
}

function isTrue(value: unknown): boolean {
  return value !== null && value !== undefined && value !== false && value !== 0 && value !== ''
}

function isEqual(left: unknown, right: unknown): boolean {
  if (typeof left === 'string' && typeof right === 'string') {
    return left.toLowerCase() === right.toLowerCase()
  }
  if (typeof left === typeof right) return left === right
  return Number(left ?? 0) === Number(right ?? 0)
}

interface Token {
  readonly kind: 'literal' | 'name' | 'sign'
  readonly value: string | number
}

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  while (text.slice(TOKEN.lastIndex).trim() !== '') {
    const start = TOKEN.lastIndex
    const match = TOKEN.exec(text)
    if (match === null) throw new Error(`Unexpected symbol in expression: '${text.slice(start)}'`)
    const [, number, string, name, sign] = match
    if (number !== undefined) tokens.push({ kind: 'literal', value: Number(number) })
    else if (string !== undefined) {
      tokens.push({ kind: 'literal', value: string.replaceAll("''", "'") })
    } else if (name !== undefined) tokens.push({ kind: 'name', value: name })
    else tokens.push({ kind: 'sign', value: sign ?? '' })
  }
  return tokens
}

class Parser {
  readonly #tokens: readonly Token[]
  readonly #contexts: Contexts
  readonly #functions: Functions
  #position = 0

  constructor(tokens: readonly Token[], contexts: Contexts, functions: Functions) {
    this.#tokens = tokens
    this.#contexts = contexts
    this.#functions = functions
  }

  whole(): unknown {
    const value = this.#or()
    const rest = this.#tokens[this.#position]
    if (rest !== undefined) throw new Error(`Unexpected symbol in expression: '${rest.value}'`)
    return value
  }

  #take(sign: string): boolean {
    const token = this.#tokens[this.#position]
    if (token?.kind !== 'sign' || token.value !== sign) return false
    this.#position += 1
    return true
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new Error(`Expected '${sign}' in expression`)
  }

  #or(): unknown {
    let value = this.#and()
    while (this.#take('||')) {
      const right = this.#and()
      value = isTrue(value) ? value : right
    }
    return value
  }

  #and(): unknown {
    let value = this.#comparison()
    while (this.#take('&&')) {
      const right = this.#comparison()
      value = isTrue(value) ? right : value
    }
    return value
  }

  #comparison(): unknown {
    const left = this.#unary()
    if (this.#take('==')) return isEqual(left, this.#unary())
    if (this.#take('!=')) return !isEqual(left, this.#unary())
    return left
  }

  #unary(): unknown {
    if (this.#take('!')) return !isTrue(this.#unary())
    if (this.#take('(')) {
      const value = this.#or()
      this.#expect(')')
      return value
    }
    return this.#operand()
  }

  #operand(): unknown {
    const token = this.#tokens[this.#position]
    this.#position += 1
    if (token === undefined || token.kind === 'sign')
      throw new Error('Unexpected end of expression')
    if (token.kind === 'literal') return token.value
    const name = String(token.value)
    return this.#take('(') ? this.#call(name) : this.#path(name)
  }

  #call(name: string): unknown {
    const call = this.#functions[name.toLowerCase()]
    if (call === undefined) throw new Error(`Unrecognized function: '${name}'`)
    const args: unknown[] = []
    if (this.#take(')')) return call()
    do args.push(this.#or())
    while (this.#take(','))
    this.#expect(')')
    return call(...args)
  }

  #path(name: string): unknown {
    if (name === 'true' || name === 'false') return name === 'true'
    if (name === 'null') return null
    if (!Object.hasOwn(this.#contexts, name)) throw new Error(`Unrecognized named-value: '${name}'`)
    let value = this.#contexts[name]
    for (;;) {
      if (this.#take('.')) value = propertyOf(value, this.#propertyName())
      else if (this.#take('[')) {
        value = propertyOf(value, toText(this.#or()))
        this.#expect(']')
      } else return value
    }
  }

  #propertyName(): string {
    const token = this.#tokens[this.#position]
    this.#position += 1
    if (token?.kind !== 'name') throw new Error('Expected a property name in expression')
    return String(token.value)
  }
}

function propertyOf(value: unknown, name: string): unknown {
  if (value === null || typeof value !== 'object') return null
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null
}

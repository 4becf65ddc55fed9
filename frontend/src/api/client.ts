/** One place that talks HTTP: session cookie, CSRF header, language, and errors as values of one class. */
import { noteReached } from '@/lib/connection'
import createClient from 'openapi-fetch'
import type { paths } from './schema'

export interface FieldError {
  field: string
  message: string
  code: string
}

/** A refused or failed request. `status` 0 means that no answer arrived at all. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly errors: readonly FieldError[] = [],
  ) {
    super(message)
    this.name = 'ApiError'
  }

  /** True where trying the very same request again may succeed. */
  get transient(): boolean {
    return this.status === 0 || this.status === 429 || this.status >= 500
  }
}

/** The typed way: paths, parameters, bodies and answers as the server's schema has them. Wrap a call in `ok`. */
export const api = createClient<paths>({
  baseUrl: window.location.origin,
  credentials: 'same-origin',
  // Looked up at each call, so that tests may stand in for the network.
  fetch: (call) => send(() => fetch(call)),
})

api.use({
  onRequest({ request: call }) {
    for (const [name, value] of headers(call.method, false)) call.headers.set(name, value)
    return call
  },
})

/** The body of a typed call. Throws ApiError; an aborted request throws the browser's AbortError. */
export async function ok<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T
}

export type Query = Record<string, string | number | boolean | null | undefined>

interface Options {
  query?: Query
  body?: unknown
  form?: FormData
  signal?: AbortSignal
}

/** What stands in front of the site answers so while the site is being restarted. */
const AWAY = [502, 503, 504]

let onUnauthenticated: () => void = () => undefined

/** Registers what happens when the server says that nobody is logged in. */
export function setUnauthenticatedHandler(handler: () => void): void {
  onUnauthenticated = handler
}

function cookie(name: string): string {
  const entry = document.cookie.split('; ').find((part) => part.startsWith(`${name}=`))
  return entry ? decodeURIComponent(entry.slice(name.length + 1)) : ''
}

function address(path: string, query: Query = {}): string {
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== null && value !== undefined && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return text ? `${path}?${text}` : path
}

function headers(method: string, json: boolean): Headers {
  const result = new Headers({ Accept: 'application/json', 'Accept-Language': document.documentElement.lang })
  if (json) result.set('Content-Type', 'application/json')
  if (method !== 'GET') result.set('X-CSRFToken', cookie('csrftoken'))
  return result
}

async function failure(response: Response): Promise<ApiError> {
  const fallback = { code: `http_${response.status}`, message: response.statusText, errors: [] }
  const body = (await response.json().catch(() => fallback)) as Partial<typeof fallback>
  return new ApiError(response.status, body.code ?? fallback.code, body.message ?? fallback.message, body.errors)
}

/**
 * Sends one request to an address put together at run time, as paged lists and uploads need; else use `api`. Returns the
 * decoded JSON body (undefined for 204).
 * Throws ApiError; an aborted request throws the browser's AbortError.
 */
export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const { query, body, form, signal } = options
  const response = await send(() =>
    fetch(address(path, query), {
      method,
      credentials: 'same-origin',
      headers: headers(method, body !== undefined),
      body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
      signal,
    }),
  )
  return (response.status === 204 ? undefined : await response.json()) as T
}

/** The answer to a call, if it is one of success. */
async function send(call: () => Promise<Response>): Promise<Response> {
  let response: Response
  try {
    response = await call()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    noteReached(false)
    throw new ApiError(0, 'network', '')
  }
  noteReached(!AWAY.includes(response.status))
  if (response.ok) return response
  const error = await failure(response)
  if (error.code === 'not_authenticated') onUnauthenticated()
  throw error
}

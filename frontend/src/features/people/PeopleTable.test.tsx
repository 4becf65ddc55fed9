import { peopleQuery, type PersonRow } from '@/api/people'
import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { cleanup, fireEvent, render, screen, waitFor, within } from '@testing-library/react'
import { MemoryRouter, useLocation } from 'react-router'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { PeopleTable } from './PeopleTable'
import { matching, type PeopleFilters } from './rows'

const PROJECT = 1

const person = (id: number, pseudonym: string, more: Partial<PersonRow>): PersonRow => ({
  person: id,
  pseudonym,
  roles: ['annotator'],
  paused: null,
  daily_limit: null,
  today: 0,
  tasks: 0,
  seconds_mean: null,
  agreement: null,
  alpha: null,
  tau: null,
  gold: null,
  consistency: null,
  conflict: null,
  rejection: null,
  weight: 1,
  spark: [0, 1],
  categories: [],
  ...more,
})

const PEOPLE = [
  person(11, 'AB12', { agreement: { rate: 0.91, low: 0.85, high: 0.95, n: 120 }, tasks: 5 }),
  person(12, 'CD34', { agreement: { rate: 0.5, low: 0.2, high: 0.8, n: 4 }, tasks: 9 }),
  person(13, 'EF56', { roles: ['delivery_reviewer'], paused: { at: '2026-01-01T00:00:00Z', reason: '金标准确率低于及格线' } }),
]

const sent: { path: string; body: string }[] = []

beforeEach(() => {
  sent.length = 0
  vi.stubGlobal('fetch', async (call: Request) => {
    sent.push({ path: new URL(call.url).pathname, body: await call.text() })
    return new Response(JSON.stringify({ paused: null }))
  })
})

afterEach(() => {
  cleanup()
  vi.unstubAllGlobals()
})

const Address = () => <output data-testid="address">{useLocation().pathname + useLocation().search}</output>

function open(address: string) {
  const client = new QueryClient({ defaultOptions: { queries: { staleTime: Infinity, enabled: false } } })
  client.setQueryData(peopleQuery(PROJECT).queryKey, { results: PEOPLE, refreshed_at: null })
  render(
    <QueryClientProvider client={client}>
      <MemoryRouter initialEntries={[address]}>
        <PeopleTable project={PROJECT} />
        <Address />
      </MemoryRouter>
    </QueryClientProvider>,
  )
}

const shown = () => screen.getAllByTestId(/^person-\d+$/).map((row) => row.getAttribute('data-testid'))

it.each([
  ['?sort=-agreement', [11, 12, 13]],
  ['?sort=agreement', [12, 11, 13]],
  ['?state=paused', [13]],
])('takes order and filters from the address %s; who has no figure stands last', (query, people) => {
  open(`/${query}`)
  expect(shown()).toEqual(people.map((id) => `person-${id}`))
})

it('filters by each word of the address', () => {
  const found = (filters: Partial<PeopleFilters>) =>
    matching(PEOPLE, { q: null, state: null, role: null, ...filters }).map((row) => row.person)
  expect(found({})).toEqual([11, 12, 13])
  expect(found({ q: ' cd' })).toEqual([12])
  expect(found({ state: 'working' })).toEqual([11, 12])
  expect(found({ role: 'delivery_reviewer', state: 'paused' })).toEqual([13])
  expect(found({ role: 'delivery_reviewer', state: 'working' })).toEqual([])
})

it('says in words who is paused and why, and which share rests on little', () => {
  open('/')
  expect(within(screen.getByTestId('person-13')).getByTestId('work-state')).toHaveTextContent('已暂停金标准确率低于及格线')
  expect(screen.getByTestId('person-12')).toHaveTextContent('样本少')
  expect(screen.getByTestId('person-11')).not.toHaveTextContent('样本少')
})

it('opens a person by their row, but not by its buttons', () => {
  open('/')
  fireEvent.click(within(screen.getByTestId('person-11')).getByTestId('pause-open'))
  expect(screen.getByTestId('address')).toHaveTextContent('/')
  fireEvent.click(within(screen.getByTestId('person-11')).getByText('120', { exact: false }))
  expect(screen.getByTestId('address')).toHaveTextContent('/people/11')
})

it('pauses for a reason only, and resumes at once', async () => {
  open('/')
  fireEvent.click(within(screen.getByTestId('person-11')).getByTestId('pause-open'))
  expect(screen.getByTestId('pause-confirm')).toBeDisabled()
  fireEvent.change(screen.getByTestId('pause-reason'), { target: { value: ' 连续漏看 ' } })
  fireEvent.click(screen.getByTestId('pause-confirm'))
  await waitFor(() => expect(sent).toEqual([{ path: '/api/people/11/pause', body: '{"reason":"连续漏看"}' }]))
  fireEvent.click(within(screen.getByTestId('person-13')).getByTestId('resume'))
  await waitFor(() => expect(sent.at(-1)?.path).toBe('/api/people/13/resume'))
})

import { cleanup, render, screen, waitFor } from '@testing-library/react'
import { useLayoutEffect, useState } from 'react'
import { afterEach, expect, it } from 'vitest'
import { Stage } from './Stage'

let rendered: number[]
let onPage: boolean[]

function Child() {
  const [made] = useState(() => rendered.push(1))
  useLayoutEffect(() => {
    onPage.push(screen.queryByTestId('child') !== null)
    return () => void onPage.push(screen.queryByTestId('child') !== null)
  }, [])
  return <p data-testid="child">{made}</p>
}

const stage = (shown: boolean) => (
  <Stage shown={shown}>
    <Child />
  </Stage>
)

afterEach(cleanup)

it('renders ahead what nothing finds, and only shows it when its turn comes', async () => {
  rendered = []
  onPage = []
  const { rerender } = render(stage(false))
  await waitFor(() => expect(rendered).toEqual([1]))
  expect(screen.queryByTestId('child')).toBeNull()
  expect(onPage).toEqual([])
  rerender(stage(true))
  // Effects find the page as it is, and nothing was made anew.
  expect(onPage).toEqual([true])
  expect(screen.getByTestId('child')).toBeVisible()
  expect(rendered).toEqual([1])
  rerender(stage(false))
  expect(screen.queryByTestId('child')).toBeNull()
  expect(onPage).toHaveLength(2)
})

import { App } from 'antd'
import { Outlet } from 'react-router'

/** Pages that tell in a message at the top what was done (App.useApp). */
export function Component() {
  return (
    <App component={false}>
      <Outlet />
    </App>
  )
}

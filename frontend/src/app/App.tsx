import { setUnauthenticatedHandler } from '@/api/client'
import { sessionQuery, type Session } from '@/api/session'
import { QueryClientProvider } from '@tanstack/react-query'
import { App as AntApp, ConfigProvider } from 'antd'
import enUS from 'antd/locale/en_US'
import zhCN from 'antd/locale/zh_CN'
import { StrictMode, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { RouterProvider } from 'react-router'
import { Loading } from '@/components/Loading'
import { createQueryClient } from './queryClient'
import { router } from './router'
import { theme } from './theme'

const queryClient = createQueryClient()
setUnauthenticatedHandler(() => {
  queryClient.setQueryData<Session>(sessionQuery.queryKey, { user: null, memberships: [] })
})

export function App() {
  const { i18n } = useTranslation()
  return (
    <StrictMode>
      <ConfigProvider theme={theme} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
        <AntApp>
          <QueryClientProvider client={queryClient}>
            <Suspense fallback={<Loading />}>
              <RouterProvider router={router} />
            </Suspense>
          </QueryClientProvider>
        </AntApp>
      </ConfigProvider>
    </StrictMode>
  )
}

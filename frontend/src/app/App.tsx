import { setUnauthenticatedHandler } from '@/api/client'
import { sessionQuery, type Session } from '@/api/session'
import { QueryClientProvider } from '@tanstack/react-query'
import { ConfigProvider } from 'antd'
import enUS from 'antd/es/locale/en_US'
import zhCN from 'antd/es/locale/zh_CN'
import { StrictMode, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { RouterProvider } from 'react-router'
import { Loading } from '@/components/Loading'
import { useShade } from '@/lib/theme'
import { createQueryClient } from './queryClient'
import { router } from './router'
import { themes } from './theme'

const queryClient = createQueryClient()
// On its way while the page's own parts still are.
void queryClient.prefetchQuery(sessionQuery)
setUnauthenticatedHandler(() => {
  queryClient.setQueryData<Session>(sessionQuery.queryKey, { user: null, memberships: [] })
})

export function App() {
  const { i18n } = useTranslation()
  const shade = useShade()
  return (
    <StrictMode>
      <ConfigProvider theme={themes[shade]} locale={i18n.language === 'en' ? enUS : zhCN} button={{ autoInsertSpace: false }}>
        <QueryClientProvider client={queryClient}>
          <Suspense fallback={<Loading />}>
            <RouterProvider router={router} />
          </Suspense>
        </QueryClientProvider>
      </ConfigProvider>
    </StrictMode>
  )
}

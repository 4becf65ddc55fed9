import { useLogin, useSession } from '@/api/session'
import { holdsUnsent } from '@/components/task/drafts'
import { useErrorText } from '@/components/useErrorText'
import { setLanguage } from '@/lib/i18n'
import { useTitle } from '@/lib/useTitle'
import { Alert, Button, Form, Input } from 'antd'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Navigate, useSearchParams } from 'react-router'
import styles from './LoginPage.module.css'

/** Only addresses of this site may follow a login. */
function safeNext(next: string | null): string {
  return next?.startsWith('/') && !/^\/[/\\]/.test(next) ? next : '/'
}

export default function LoginPage() {
  const { t, i18n } = useTranslation()
  const [params] = useSearchParams()
  const { user } = useSession()
  const login = useLogin()
  const errorText = useErrorText()
  const [unsent] = useState(holdsUnsent)
  useTitle(t('login.submit'))

  if (user) return <Navigate replace to={safeNext(params.get('next'))} />
  const other = i18n.language === 'en' ? 'zh-CN' : 'en'
  return (
    <main className={styles.page}>
      <Form layout="vertical" className={styles.form} requiredMark={false} onFinish={login.mutate}>
        <div className={styles.title}>
          <h1>{t('app.name')}</h1>
          <Button type="text" size="small" onClick={() => void setLanguage(other)} aria-label={t('app.language.switch')}>
            {t('app.language.short')}
          </Button>
        </div>
        {unsent && <Alert type="info" showIcon title={t('draft.login')} data-testid="login-unsent" />}
        {login.error && <Alert type="error" showIcon title={errorText(login.error)} data-testid="login-error" />}
        <Form.Item name="username" label={t('login.username')} rules={[{ required: true, message: t('login.required') }]}>
          <Input autoFocus autoComplete="username" data-testid="username" />
        </Form.Item>
        <Form.Item name="password" label={t('login.password')} rules={[{ required: true, message: t('login.required') }]}>
          <Input.Password autoComplete="current-password" data-testid="password" />
        </Form.Item>
        <Button type="primary" htmlType="submit" block loading={login.isPending} data-testid="login-submit">
          {t('login.submit')}
        </Button>
      </Form>
    </main>
  )
}

import { useLogout, useSetLanguage, type SessionUser } from '@/api/session'
import { languageFromServer, languageToServer } from '@/lib/language'
import { Button, Dropdown } from 'antd'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'

export function UserMenu({ user }: { user: SessionUser }) {
  const { t } = useTranslation()
  const logout = useLogout()
  const setLanguage = useSetLanguage()
  const other = languageFromServer(user.language) === 'en' ? 'zh-CN' : 'en'
  return (
    <>
      <Button
        type="text"
        size="small"
        loading={setLanguage.isPending}
        onClick={() => setLanguage.mutate(languageToServer(other))}
        aria-label={t('app.language.switch')}
        data-testid="language"
      >
        {t('app.language.short')}
      </Button>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'projects', label: <Link to="/projects">{t('app.projects')}</Link> },
            { key: 'logout', label: t('app.logout'), onClick: () => logout.mutate() },
          ],
        }}
      >
        <Button type="text" size="small" data-testid="user-menu">
          {user.name || user.username}
        </Button>
      </Dropdown>
    </>
  )
}

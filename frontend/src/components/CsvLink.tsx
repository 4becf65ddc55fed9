import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

/** Downloads the table beside it as a file. */
export function CsvLink({ href, testid }: { href: string; testid: string }) {
  const { t } = useTranslation()
  return (
    <Button size="small" href={href} download data-testid={testid}>
      {t('statistics.csv')}
    </Button>
  )
}
